import type { Step } from '../step.ts'
import type { Rule } from './lint.ts'

const repeaters = (steps: readonly Step[]) => steps.filter(({ traits }) => Number(traits['attempts'] ?? 1) > 1)
const namesOf = (steps: readonly Step[]) => steps.map(({ name }) => name)
const quoted = (steps: readonly Step[]) => namesOf(steps).map((name) => `'${name}'`)

/** What a stack is for calls of one kind: found only when `lint()` is asked about them. */
export const callRules = {
  'once-body': {
    severity: 'warning',
    find({ steps, request }) {
      const found = repeaters(steps).filter(({ traits }) => Number(traits['buffer'] ?? 0) === 0)
      if (request?.body !== 'once' || found.length === 0) return undefined
      return {
        layers: namesOf(found),
        why: {
          en: `a body from a stream can be read once, and ${quoted(found).join(' and ')} keeps no copy: there is one attempt`,
          zh: `流式请求体只能读取一次，而 ${quoted(found).join('、')} 不保留副本：只有一次尝试`,
        },
        fix: {
          en: 'give bytes, or a function that opens the stream anew',
          zh: '改用字节，或提供可重新打开流的函数',
        },
      }
    },
  },
  'hedge-billed': {
    severity: 'warning',
    find({ steps, request }) {
      const found = repeaters(steps).filter(({ traits }) => traits['parallel'] === true)
      if (request?.endpoint?.billed !== 'each' || found.length === 0) return undefined
      return {
        layers: namesOf(found),
        why: {
          en: `${request.endpoint.id} bills every request: ${quoted(found).join(' and ')} sends no second copy of them`,
          zh: `${request.endpoint.id} 按请求计费：${quoted(found).join('、')} 不会为其发送第二份`,
        },
        fix: { en: 'use retry() for this endpoint', zh: '该接口请使用 retry()' },
      }
    },
  },
} as const satisfies Readonly<Record<string, Rule>>
