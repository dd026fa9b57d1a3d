import { isPenstockError } from '../errors.ts'
import { duration } from '../recorder/notes.ts'
import type { Check, Scene } from './check.ts'
import { findings } from './findings.ts'
import { pause } from './pause.ts'
import { plainClient } from './plain-client.ts'
import { type ClockSample, skew } from './skew.ts'
import { within } from './within.ts'

const says = findings('clock', {
  right: ['ok', ['your clock is right (within {bound})', '本机时钟正确（误差 {bound} 以内）']],
  off: [
    'warn',
    ['your clock is {by} {direction} (±{error})', '本机时钟{directionZh} {by}（±{error}）'],
    ['timedatectl set-ntp true', 'timedatectl set-ntp true'],
  ],
  wrong: [
    'fail',
    [
      'your clock is {by} {direction} (±{error}): signatures are refused beyond {limit}',
      '本机时钟{directionZh} {by}（±{error}）：超过 {limit} 签名会被拒绝',
    ],
    ['timedatectl set-ntp true', 'timedatectl set-ntp true'],
  ],
  several: [
    'warn',
    [
      'answers come from servers whose clocks differ, or from a cache: nothing can be said',
      '应答来自时钟不一致的多台服务器或缓存：无法判断',
    ],
    [
      'Compare with another server: penstock doctor https://example.com clock',
      '与其他服务器比较：penstock doctor https://example.com clock',
    ],
  ],
  silent: ['skip', ['the server tells no time (no Date header)', '服务器未给出时间（无 Date 响应头）']],
})

const samples = 6
const apart = 150
const warnAt = 30_000

/** Milliseconds for all samples: what was taken until then is judged. */
const patience = 4000

/**
 * How far this machine's clock is from the server's, by the `Date` of several answers.
 *
 * @param limit milliseconds beyond which the service refuses signatures. @default 300_000
 */
export const clockCheck = (limit = 300_000): Check => ({
  id: 'clock',
  about: { en: 'this machine’s clock against the server’s', zh: '本机时钟与服务器时钟对照' },
  needs: ['http'],
  online: true,
  async run(scene) {
    const taken = await sampled(scene)
    if (taken.length === 0) return [says.silent()]
    const found = skew(taken)
    if (found === undefined) return [says.several()]
    const { least, most } = found
    if (least <= 0 && most >= 0) return [says.right({ bound: duration(Math.max(-least, most)), least, most })]
    const ahead = least > 0
    const facts = {
      by: duration(Math.abs(least + most) / 2),
      error: duration((most - least) / 2),
      direction: ahead ? 'slow' : 'fast',
      directionZh: ahead ? '慢' : '快',
      limit: duration(limit),
      least,
      most,
    }
    const certain = ahead ? least : -most
    if (certain > limit) return [says.wrong(facts)]
    return [certain > warnAt ? says.off(facts) : says.right({ ...facts, bound: duration(Math.max(-least, most)) })]
  },
})

/** One after the other, so that the ticks of the server's clock fall differently. */
async function sampled(scene: Scene): Promise<ClockSample[]> {
  const { origin, clock } = scene
  using limit = within(clock, patience, scene.signal)
  const { signal } = limit
  await using http = plainClient(scene)
  const taken: ClockSample[] = []
  for (let nth = 0; nth < samples && !signal.aborted; nth++) {
    if (nth > 0) await pause(clock, apart, signal)
    try {
      const before = clock.date()
      const result = await http.send({ method: 'HEAD', path: origin.pathname, signal })
      const after = clock.date()
      const date = Date.parse(result.header('date') ?? '')
      // what a cache kept tells the time at which it was kept
      if (!Number.isNaN(date) && !(Number(result.header('age')) > 0)) taken.push({ before, date, after })
    } catch (error) {
      if (!isPenstockError(error) && !signal.aborted) throw error
    }
  }
  return taken
}
