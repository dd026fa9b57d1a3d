import { type Slot, slots } from '../layer.ts'
import { duration } from '../recorder/notes.ts'
import type { Step } from '../step.ts'
import { worstCase } from '../worst-case.ts'
import type { Rule } from './lint.ts'

const isAt = (slot: Slot) => (step: Step) => step.slot === slot
const depth = ({ slot }: Step) => (slot === undefined ? -1 : slots.indexOf(slot))
const attemptsOf = ({ traits }: Step) => Number(traits['attempts'] ?? 1)
const repeats = (step: Step) => attemptsOf(step) > 1
const afterOf = (step: Step | undefined) => Number(step?.traits['after'] ?? Infinity)
const quoted = (steps: readonly Step[]) => steps.map(({ name }) => `'${name}'`).join(' and ')
const quotedZh = (steps: readonly Step[]) => steps.map(({ name }) => `“${name}”`).join('、')
const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name)

/** What the layers of a stack say of each other. */
export const stackRules = {
  'one-repeater': {
    severity: 'error',
    find({ steps }) {
      const found = steps.filter((step) => isAt('repeat')(step) && repeats(step))
      if (found.length < 2) return undefined
      const times = found.map(attemptsOf)
      return {
        layers: namesOf(found),
        why: {
          en: `${quoted(found)} both repeat, and multiply: ${times.join(' × ')} attempts`,
          zh: `${quotedZh(found)} 都会重复发送，次数相乘：${times.join(' × ')}`,
        },
        fix: { en: 'keep one of them', zh: '只保留其一' },
      }
    },
  },
  'transport-repeats': {
    severity: 'error',
    find({ steps, transport }) {
      const retries = Number(transport.traits?.['retries'] ?? 0)
      const found = steps.filter(repeats)
      if (retries === 0 || found.length === 0) return undefined
      return {
        layers: [...namesOf(found), transport.name],
        why: {
          en: `the transport ${transport.name} repeats ${retries} times by itself, beneath ${quoted(found)}`,
          zh: `传输层 ${transport.name} 自身还会重试 ${retries} 次，位于 ${quotedZh(found)} 之下`,
        },
        fix: { en: 'turn its own retries off', zh: '关闭传输层自带的重试' },
      }
    },
  },
  'repeater-inside': {
    severity: 'error',
    find({ steps }) {
      const found = steps.filter((step) => repeats(step) && depth(step) > slots.indexOf('repeat'))
      if (found.length === 0) return undefined
      return {
        layers: namesOf(found),
        why: {
          en: `${quoted(found)} repeats inside the breaker, the limiter and the attempt's timeout, which count it once`,
          zh: `${quotedZh(found)} 在熔断、限流和单次超时之内重复发送，它们只计一次`,
        },
        fix: { en: "give it slot: 'repeat'", zh: "将其置于 slot: 'repeat'" },
      }
    },
  },
  'attempt-exceeds-total': {
    severity: 'error',
    find({ steps }) {
      const whole = steps.find(isAt('bound'))
      const attempt = steps.find((step) => isAt('clock')(step) && afterOf(step) > afterOf(whole))
      if (whole === undefined || attempt === undefined) return undefined
      const [one, all] = [duration(afterOf(attempt)), duration(afterOf(whole))]
      return {
        layers: [whole.name, attempt.name],
        why: {
          en: `'${attempt.name}' allows one attempt ${one}, and '${whole.name}' the whole call ${all}`,
          zh: `“${attempt.name}” 允许单次 ${one}，而 “${whole.name}” 整个调用仅 ${all}`,
        },
        fix: { en: 'lower the one or raise the other', zh: '调低前者或调高后者' },
      }
    },
  },
  'attempts-do-not-fit': {
    severity: 'warning',
    find({ steps }) {
      const whole = steps.find(isAt('bound'))
      const one = Math.min(...steps.filter(isAt('clock')).map(afterOf))
      const { attempts } = worstCase(steps)
      if (whole === undefined || one === Infinity || attempts < 2) return undefined
      const begin = Math.ceil(afterOf(whole) / one)
      if (begin >= attempts) return undefined
      return {
        layers: [whole.name, ...namesOf(steps.filter(repeats))],
        why: {
          en: `of ${attempts} attempts that each use their ${duration(one)}, ${begin} begin before the ${duration(afterOf(whole))} of '${whole.name}' are over`,
          zh: `若每次用满 ${duration(one)}，${attempts} 次尝试中只有 ${begin} 次能在 “${whole.name}” 的 ${duration(afterOf(whole))} 内开始`,
        },
        fix: { en: 'allow fewer attempts, or each less time', zh: '减少次数，或缩短单次超时' },
      }
    },
  },
  'breaker-window': {
    severity: 'warning',
    find({ steps }) {
      const breaker = steps.find((step) => isAt('guard')(step) && step.traits['window'] !== undefined)
      const attempt = steps.find(isAt('clock'))
      const window = Number(breaker?.traits['window'])
      if (breaker === undefined || attempt === undefined || window >= 2 * afterOf(attempt)) return undefined
      return {
        layers: [breaker.name, attempt.name],
        why: {
          en: `'${breaker.name}' remembers ${duration(window)}, and one attempt may take ${duration(afterOf(attempt))}: slow failures fall out before they count`,
          zh: `“${breaker.name}” 只记住 ${duration(window)}，而单次尝试可达 ${duration(afterOf(attempt))}：慢失败来不及计入`,
        },
        fix: { en: 'make its window twice the timeout at least', zh: '窗口至少为单次超时的两倍' },
      }
    },
  },
  'breaker-key': {
    severity: 'warning',
    find({ steps }) {
      const found = steps.filter(({ traits }) => traits['keyedByUrl'] === true)
      if (found.length === 0) return undefined
      return {
        layers: namesOf(found),
        why: {
          en: `${quoted(found)} has a circuit for every URL: none ever sees enough attempts to open`,
          zh: `${quotedZh(found)} 为每个 URL 单独熔断：样本不足，永不打开`,
        },
        fix: { en: 'key it by origin or endpoint', zh: '按源站或接口设定 key' },
      }
    },
  },
  'limits-off': {
    severity: 'error',
    find({ steps }) {
      const found = steps.filter(({ traits }) => traits['unlimited'] !== undefined)
      if (found.length === 0) return undefined
      const which = found.map(({ traits }) => String(traits['unlimited'])).join(', ')
      return {
        layers: namesOf(found),
        why: {
          en: `${quoted(found)} switches off a bound of replies (${which}): one reply can fill the memory`,
          zh: `${quotedZh(found)} 关闭了响应上限（${which}）：单个响应即可耗尽内存`,
        },
        fix: { en: 'give a number', zh: '给出具体数值' },
      }
    },
  },
  'two-routes': {
    severity: 'error',
    find({ steps }) {
      const found = steps.filter(({ traits }) => traits['route'] !== undefined)
      if (found.length < 2) return undefined
      return {
        layers: namesOf(found),
        why: { en: `${quoted(found)} each say which way calls go`, zh: `${quotedZh(found)} 各自指定了出口路线` },
        fix: { en: 'keep one of them', zh: '只保留其一' },
      }
    },
  },
  'chaos-in-place': {
    severity: 'warning',
    find({ steps }) {
      const found = steps.filter(({ traits }) => traits['chaos'] === true)
      if (found.length === 0) return undefined
      return {
        layers: namesOf(found),
        why: { en: `${quoted(found)} makes calls fail on purpose`, zh: `${quotedZh(found)} 会故意使调用失败` },
        fix: { en: 'leave it out where calls are meant', zh: '正式调用时请移除' },
      }
    },
  },
  'no-deadline': {
    severity: 'warning',
    find({ steps }) {
      if (worstCase(steps).milliseconds !== Infinity) return undefined
      return {
        layers: [],
        why: { en: 'nothing bounds how long a call lasts', zh: '调用时长没有上限' },
        fix: { en: 'put deadline() into the stack', zh: '在栈中加入 deadline()' },
      }
    },
  },
  'stateful-per-call': {
    severity: 'warning',
    find({ steps, tally: { made, calls } }) {
      const found = steps.filter(({ close }) => close !== undefined)
      if (found.length === 0 || made < 100 || calls > 2 * made) return undefined
      return {
        layers: namesOf(found),
        why: {
          en: `${made} pipelines of these layers were made for ${calls} calls: each has circuits, tokens and limits of its own, which learn nothing`,
          zh: `为 ${calls} 次调用创建了 ${made} 条相同管道：熔断、令牌、限流状态各自独立，形同虚设`,
        },
        fix: { en: 'make the pipeline once, and keep it', zh: '只创建一次并复用' },
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>
