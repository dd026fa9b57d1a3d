/** One stack over a terminal that answers at once: with its layers and without, by turns. */
import { answers } from '../harness/child.ts'
import { spread } from '../harness/samples.ts'
import type { Send } from './chain.ts'
import { penstock } from './ours.ts'
import { peers } from './peers.ts'
import { batch, recorder } from './recorder.ts'

/** Nanoseconds a call; `further` of each layer after the first, where they are all alike. */
export type Cost = { readonly none: number; readonly more: number; readonly further?: number }

const name = process.argv[2]!
const chain = { ...peers, ...penstock, ...recorder }[name]!
const alike = /, (passing through|acting after|async|eight noop)$/.test(name)
/** Those that are too short to be sent one at a time. */
const calls = Object.hasOwn(recorder, name) ? batch : 1
const without = await chain(0)
const one = alike ? await chain(1) : undefined
const within = await chain(8)

async function nanoseconds(send: Send, sends: number): Promise<number> {
  const began = process.hrtime.bigint()
  for (let sent = 0; sent < sends; sent++) await send({ headers: {}, request: {} })
  return Number(process.hrtime.bigint() - began) / (sends * calls)
}

answers(async (sends: number): Promise<Cost> => {
  const turns: Cost[] = []
  for (let turn = 0; turn < 7; turn++) {
    const none = await nanoseconds(without, sends)
    const first = one && (await nanoseconds(one, sends))
    const all = await nanoseconds(within, sends)
    turns.push({ none, more: all - none, ...(first !== undefined && { further: (all - first) / 7 }) })
  }
  const median = (metric: keyof Cost) => spread(turns.map((turn) => turn[metric]!)).median
  return { none: median('none'), more: median('more'), ...(one && { further: median('further') }) }
})
