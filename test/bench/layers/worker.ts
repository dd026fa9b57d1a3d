/** One stack over a terminal that answers at once: with its layers and without, by turns. */
import { atBest, type Conditions, type Turn } from '../harness/at-best.ts'
import { answers } from '../harness/child.ts'
import { spread } from '../harness/samples.ts'
import type { Chain, Send } from './chain.ts'
import { yard } from './yardstick.ts'

/** Nanoseconds a call; `further` of each layer after the first, where they are all alike. */
export type Cost = { readonly none: number; readonly more: number; readonly further?: number }

/** `best` of the yardstick. */
export type Answer = { readonly cost: Cost; readonly best: number }

/** No more than a subject needs is loaded beside it: with the middleware there too, an async layer took a tenth longer. */
type Subjects = {
  readonly chains: Readonly<Record<string, Chain>>
  /** Calls in one, of those that are too short to be sent one at a time. @default 1 */
  readonly batch?: number
}

const [module, name] = process.argv.slice(2) as [string, string]
const { chains, batch: calls = 1 }: Subjects = await import(`./${module}.ts`)
const chain = chains[name]!
const alike = /, (passing through|acting after|async|eight noop)$/.test(name)
const sends = calls === 1 ? 20_000 : 300
const without = await chain(0)
const one = alike ? await chain(1) : undefined
const within = await chain(8)

async function nanoseconds(send: Send): Promise<number> {
  const began = process.hrtime.bigint()
  for (let sent = 0; sent < sends; sent++) await send({ headers: {}, request: {} })
  return Number(process.hrtime.bigint() - began) / (sends * calls)
}

async function turn(): Promise<Cost & Turn> {
  const before = await yard()
  const none = await nanoseconds(without)
  const first = one && (await nanoseconds(one))
  const all = await nanoseconds(within)
  const cost = { none, more: all - none, ...(first !== undefined && { further: (all - first) / 7 }) }
  return { ...cost, yard: Math.max(before, await yard()) }
}

answers(async (conditions: Conditions): Promise<Answer> => {
  const { turns, best } = await atBest(turn, 9, conditions)
  const median = (metric: keyof Cost) => spread(turns.map((cost) => cost[metric]!)).median
  return { best, cost: { none: median('none'), more: median('more'), ...(one && { further: median('further') }) } }
})
