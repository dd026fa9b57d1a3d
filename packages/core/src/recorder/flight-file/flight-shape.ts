import {
  dictionary,
  such,
  address,
  amount,
  exactly,
  flag,
  list,
  maybe,
  moment,
  number,
  record,
  type Shape,
  text,
} from './shape.ts'

export const schema = 'penstock.flight/1'
/** Calls on behalf of calls: nobody nests them deeper, and a view must not run out of stack. */
const deepest = 20

const bilingual = record({ en: text, zh: text })
const phases = record(
  Object.fromEntries(['queue', 'dns', 'tcp', 'tls', 'send', 'wait', 'receive'].map((phase) => [phase, amount])),
)
const certificate = record({
  subject: text,
  issuer: text,
  names: maybe(text),
  validFrom: moment,
  validTo: moment,
  fingerprint256: text,
})
const tls = record({ protocol: maybe(text), cipher: maybe(text), resumed: flag, chain: list(certificate) })
const connection = record({
  id: number,
  address: maybe(text),
  port: maybe(number),
  localPort: maybe(number),
  uses: number,
  secured: flag,
  startedAt: number,
  readyAt: maybe(number),
  tries: list(record({ address: text, family: number, at: number, code: maybe(text) })),
  tls: maybe(tls),
  handshake: maybe(record({ sent: number, received: number })),
})
const failed = record({
  verdict: text,
  code: text,
  layer: text,
  because: text,
  phase: text,
  sent: text,
  peerRefused: flag,
  retryAfter: maybe(number),
  cut: flag,
})
const answer = record({
  failure: maybe(failed),
  headers: maybe(dictionary(text)),
  body: maybe(
    record({ kind: text, path: maybe(text), code: maybe(text), messagePath: maybe(text), message: maybe(text) }),
  ),
  broken: maybe(failed),
})
const recording = record({
  repeatable: text,
  body: text,
  streams: flag,
  layers: maybe(dictionary(such((one) => one === false || (typeof one === 'object' && one !== null)))),
  chance: list(number),
  jumps: list(record({ at: number, milliseconds: number })),
  abort: maybe(text),
})
const credential = record({
  in: such((place) => place === 'header' || place === 'query'),
  name: text,
  scheme: maybe(such((scheme) => scheme === 'Bearer' || scheme === 'Basic')),
})
const trip = record({
  answer: maybe(answer),
  credentials: maybe(list(credential)),
  attempt: number,
  at: number,
  took: maybe(amount),
  status: maybe(number),
  code: maybe(text),
  phase: text,
  sent: text,
  reusedSocket: maybe(flag),
  phases: maybe(phases),
  total: maybe(amount),
  idle: maybe(amount),
  bytesSent: number,
  bytesReceived: number,
  connection: maybe(connection),
  silence: maybe(number),
  reply: maybe(record({ type: maybe(text), charset: maybe(text), length: maybe(number), skew: maybe(number) })),
})
const facts: Shape = (value, at) =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one !== 'object')
    ? undefined
    : at

const own = record({
  schema: exactly(schema),
  id: number,
  level: text,
  method: text,
  url: address,
  endpoint: maybe(text),
  startedAt: moment,
  took: amount,
  deadline: maybe(number),
  running: flag,
  verdict: maybe(text),
  failure: maybe(
    record({
      code: text,
      layer: text,
      because: text,
      status: maybe(number),
      vendorCode: maybe(text),
      meaning: maybe(bilingual),
      advice: maybe(bilingual),
    }),
  ),
  attempts: number,
  maxAttempts: number,
  notes: list(record({ at: number, attempt: number, layer: text, id: text, facts, en: text, zh: text })),
  trips: list(trip),
  spans: list(
    record({ layer: text, attempt: number, depth: number, from: number, to: maybe(number), verdict: maybe(text) }),
  ),
  copyOf: maybe(number),
  versions: maybe(dictionary(text)),
  recording: maybe(recording),
  stalls: list(record({ at: number, milliseconds: amount })),
})

/** Where a value is no flight, as a path; undefined when it is one. */
export function wrongIn(value: unknown, at = '', depth = 0): string | undefined {
  if (depth > deepest) return at
  const nested: Shape = (child, place) => wrongIn(child, place, depth + 1)
  return own(value, at) ?? record({ children: list(record({ at: number, flight: nested })) })(value, at)
}
