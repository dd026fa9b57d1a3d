import { andThen, bytesBody, layer, type Outcome, Reply, type Stackable, type Transport } from '@penstock/core'

const body = bytesBody(Buffer.from('{}'))
const headers = { 'content-type': 'application/json' }

/** Answers at once. */
export const mock: Transport = {
  name: 'mock',
  send: () => Promise.resolve(new Reply(200, headers, body)),
  close: () => Promise.resolve(),
}

/** So many layers. */
export type Layers = (count: number) => readonly Stackable[]

const times =
  (make: (index: number) => Stackable): Layers =>
  (count) =>
    Array.from({ length: count }, (_, index) => make(index))

export const through = times((index) =>
  layer({ name: `layer${index}`, slot: 'observe', run: (call, next) => next(call) }),
)

const same = (outcome: Outcome) => outcome
export const after = times((index) =>
  layer({ name: `layer${index}`, slot: 'observe', run: (call, next) => andThen(next, call, same) }),
)

export const around = times((index) =>
  layer({
    name: `layer${index}`,
    slot: 'observe',
    async run(call, next) {
      const outcome = await next(call)
      return outcome
    },
  }),
)
