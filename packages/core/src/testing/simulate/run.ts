import { type Client, client } from '../../client.ts'
import type { Outcome } from '../../outcome.ts'
import type { Pipeline } from '../../pipeline.ts'
import type { Request } from '../../request.ts'
import type { Transport } from '../../transport.ts'
import { verdicts } from '../../verdict.ts'
import { seeded } from '../seeded.ts'
import { virtualClock } from '../virtual-clock.ts'
import type { Scenario } from './scenario.ts'
import { type ServerOptions, simulatedServer } from './simulated-server.ts'
import { type Measures, Tally, type Trial } from './tally.ts'

export type RunOptions = ServerOptions & {
  /** Calls a second, of all clients together; each comes by chance. @default 80 */
  readonly rate?: number
  /** The n-th call. @default a GET, each of another URL, so that none is taken for another's twin */
  readonly request?: (n: number) => Request
}

/** Milliseconds that the last calls are given to end. */
const patience = 600_000

/** One scenario, with one seed, over as many clients as are asked for, each with a stack of its own. */
export async function run(
  stack: (transport: Transport) => Pipeline,
  scenario: Scenario,
  clients: number,
  seed: number,
  options: RunOptions,
): Promise<Measures> {
  const { rate = 80, request = (n) => ({ path: `/simulated?call=${n}` }) } = options
  const clock = virtualClock()
  const arrivals = seeded(seed)
  const chance = seeded(seed + 1e6)
  const tally = new Tally(scenario)
  const trials = new Map<object, Trial>()
  const bugs: unknown[] = []

  const transport = simulatedServer(options, scenario, clock, seeded(seed + 2e6), (call, fate) => {
    tally.request(clock.now(), fate)
    const trial = trials.get(call.options)
    if (trial !== undefined) trial.requests++
  })
  const all = Array.from({ length: clients }, () =>
    client({ pipeline: stack(transport), origin: 'https://simulated.example', clock, chance, diagnose: 'off' }),
  )

  async function make(from: Client, asked: Request): Promise<void> {
    const trial = { at: clock.now(), requests: 0 }
    trials.set(asked, trial)
    const came = await how(await from.outcome(asked))
    tally.ended(trial, clock.now(), came)
    trials.delete(asked)
  }

  const end = scenario.before + scenario.lasts + scenario.after
  // by chance, so that they come in clusters, as calls do
  const pause = () => (-Math.log(1 - arrivals()) / rate) * 1000
  let count = 0
  for (let at = pause(); at < end && bugs.length === 0; at += pause()) {
    await clock.advance(at - clock.now())
    const from = all[Math.floor(arrivals() * clients)]!
    make(from, { ...request(count++) }).catch((bug: unknown) => bugs.push(bug))
  }
  for (let waited = 0; trials.size > 0 && bugs.length === 0 && waited < patience; waited += 1000)
    await clock.advance(1000)
  const closed = Promise.all(all.map((one) => one.close({ within: 0 })))
  await clock.advance(1)
  await closed
  await clock.advance(0)
  if (bugs.length > 0) throw bugs[0]
  return tally.measures
}

/** A stack that judges nothing leaves it to the status. */
async function how(outcome: Outcome): Promise<'good' | 'bad' | 'refused'> {
  if (outcome.failed) return outcome.verdict === 'refused' ? 'refused' : 'bad'
  const body = await outcome.body.read()
  if ('failed' in body) return 'bad'
  const { healthy } = verdicts[outcome.verdict]
  return healthy || (outcome.verdict === 'unknown' && outcome.status < 400) ? 'good' : 'bad'
}
