/** One stack over a terminal that answers at once: with its layers and without, by turns. */
import { answers } from '../harness/child.ts'
import { spread } from '../harness/samples.ts'
import type { Send } from './chain.ts'
import { penstock } from './ours.ts'
import { peers } from './peers.ts'

/** Nanoseconds a call. */
export type Cost = { readonly none: number; readonly more: number }

const chain = { ...peers, ...penstock }[process.argv[2]!]!
const without = await chain(0)
const within = await chain(8)

async function nanoseconds(send: Send, calls: number): Promise<number> {
  const began = process.hrtime.bigint()
  for (let call = 0; call < calls; call++) await send({ headers: {}, request: {} })
  return Number(process.hrtime.bigint() - began) / calls
}

answers(async (calls: number): Promise<Cost> => {
  const pairs: Cost[] = []
  for (let turn = 0; turn < 7; turn++) {
    const none = await nanoseconds(without, calls)
    pairs.push({ none, more: (await nanoseconds(within, calls)) - none })
  }
  const median = (metric: keyof Cost) => spread(pairs.map((pair) => pair[metric])).median
  return { none: median('none'), more: median('more') }
})
