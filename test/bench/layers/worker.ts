/** One stack over a terminal that answers at once: with its layers and without, by turns. */
import { answers } from '../harness/child.ts'
import { spread } from '../harness/samples.ts'
import type { Send } from './chain.ts'
import { penstock } from './ours.ts'
import { peers } from './peers.ts'
import { batch, recorder } from './recorder.ts'

/** Nanoseconds a call. */
export type Cost = { readonly none: number; readonly more: number }

const chain = { ...peers, ...penstock, ...recorder }[process.argv[2]!]!
/** Those that are too short to be sent one at a time. */
const calls = Object.hasOwn(recorder, process.argv[2]!) ? batch : 1
const without = await chain(0)
const within = await chain(8)

async function nanoseconds(send: Send, sends: number): Promise<number> {
  const began = process.hrtime.bigint()
  for (let sent = 0; sent < sends; sent++) await send({ headers: {}, request: {} })
  return Number(process.hrtime.bigint() - began) / (sends * calls)
}

answers(async (sends: number): Promise<Cost> => {
  const pairs: Cost[] = []
  for (let turn = 0; turn < 7; turn++) {
    const none = await nanoseconds(without, sends)
    pairs.push({ none, more: (await nanoseconds(within, sends)) - none })
  }
  const median = (metric: keyof Cost) => spread(pairs.map((pair) => pair[metric])).median
  return { none: median('none'), more: median('more') }
})
