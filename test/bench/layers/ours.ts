import {
  andThen,
  bytesBody,
  type Call,
  client,
  layer,
  type Level,
  type Outcome,
  pipeline,
  Reply,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { defaultStack } from '@penstock/middleware'
import { eight, everything } from '../small/ours.ts'
import type { Chain } from './chain.ts'

const body = bytesBody(Buffer.from('{}'))
const headers = { 'content-type': 'application/json' }

/** Answers at once. */
const mock: Transport = {
  name: 'mock',
  send: () => Promise.resolve(new Reply(200, headers, body)),
  close: () => Promise.resolve(),
}

const through = (index: number) => layer({ name: `layer${index}`, slot: 'observe', run: (call, next) => next(call) })
const same = (outcome: Outcome) => outcome
const after = (index: number) =>
  layer({ name: `layer${index}`, slot: 'observe', run: (call, next) => andThen(next, call, same) })
const around = (index: number) =>
  layer({
    name: `layer${index}`,
    slot: 'observe',
    async run(call, next) {
      const outcome = await next(call)
      return outcome
    },
  })

const times = (make: (index: number) => Stackable) => (count: number) =>
  Array.from({ length: count }, (_, index) => make(index))

/** With all that a call is beside its layers: it is born, and its ledger is closed. That is in both, with layers and without. */
const ours =
  (layers: (count: number) => readonly Stackable[], diagnose: Level): Chain =>
  async (count) => {
    const stack = count === 0 ? [] : [...layers(count)]
    const http = client({ pipeline: pipeline(stack, mock), origin: 'http://127.0.0.1', diagnose })
    const request = { path: '/json' }
    return () => http.outcome(request)
  }

/** Layers and nothing else, as those of peers are measured: one call, handed in again and again, as a repeater does. */
const alone =
  (layers: (count: number) => readonly Stackable[]): Chain =>
  async (count) => {
    const stack = pipeline(count === 0 ? [] : [...layers(count)], mock)
    const call = await born()
    return () => stack(call)
  }

async function born(): Promise<Call> {
  let kept: Call | undefined
  const keeping = layer({ name: 'keeping', slot: 'observe', run: (call, next) => next((kept = call)) })
  const http = client({ pipeline: pipeline([keeping], mock), origin: 'http://127.0.0.1', diagnose: 'off' })
  await http.outcome({ path: '/json' })
  return kept!
}

export const penstock: Readonly<Record<string, Chain>> = {
  'penstock pipeline, passing through': alone(times(through)),
  'penstock pipeline, acting after': alone(times(after)),
  'penstock pipeline, async': alone(times(around)),
  'penstock, passing through': ours(times(through), 'off'),
  'penstock, acting after': ours(times(after), 'off'),
  'penstock, async': ours(times(around), 'off'),
  'penstock, eight layers': ours(eight, 'off'),
  'penstock, defaultStack()': ours(() => [...defaultStack()], 'off'),
  'penstock, whole stack': ours(everything, 'off'),
  'penstock, whole stack, errors': ours(everything, 'errors'),
  'penstock, whole stack, all': ours(everything, 'all'),
}
