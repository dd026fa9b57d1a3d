import { verdicts } from '../../verdict.ts'
import {
  dictionary,
  such,
  address,
  amount,
  flag,
  list,
  maybe,
  moment,
  number,
  record,
  type Shape,
  text,
  either,
  word,
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
const tls = record({
  protocol: maybe(text),
  cipher: maybe(text),
  group: maybe(text),
  alpn: maybe(text),
  serverName: maybe(text),
  resumed: flag,
  chain: list(certificate),
})
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
/** What is played again is acted upon. */
const verdict = such((word) => typeof word === 'string' && Object.hasOwn(verdicts, word))
const failed = record({
  verdict,
  code: text,
  layer: text,
  because: text,
  phase: text,
  sent: text,
  peerRefused: flag,
  retryAfter: maybe(amount),
  cut: flag,
})
/** Of a field in JSON. */
const place = such((path) => typeof path === 'string' && path.split('.', 11).length <= 10)
const answer = record({
  failure: maybe(failed),
  headers: maybe(dictionary(text)),
  body: maybe(
    either(
      record({ kind: word('html', 'text') }),
      record({ kind: word('json'), path: place, code: text, messagePath: place, message: maybe(text) }),
    ),
  ),
  broken: maybe(failed),
})
const recording = record({
  repeatable: word('always', 'unsent', 'never'),
  body: word('none', 'bytes', 'text', 'factory', 'once'),
  streams: flag,
  layers: maybe(dictionary(such((one) => one === false || (typeof one === 'object' && one !== null)))),
  chance: list(number),
  jumps: list(record({ at: number, milliseconds: number })),
  abort: maybe(word('AbortError', 'TimeoutError', 'other')),
})
const credential = record({
  in: word('header', 'query'),
  name: text,
  scheme: maybe(word('Bearer', 'Basic')),
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
  reply: maybe(
    record({
      type: maybe(text),
      charset: maybe(text),
      length: maybe(number),
      skew: maybe(number),
      requestId: maybe(text),
    }),
  ),
})
const facts: Shape = (value, at) =>
  typeof value === 'object' && value !== null && Object.values(value).every((one) => typeof one !== 'object')
    ? undefined
    : at

const own = record({
  schema: word(schema),
  id: number,
  level: text,
  method: text,
  url: address,
  endpoint: maybe(text),
  startedAt: moment,
  took: amount,
  deadline: maybe(number),
  running: flag,
  verdict: maybe(verdict),
  failure: maybe(
    record({
      code: text,
      layer: text,
      because: text,
      status: maybe(number),
      vendorCode: maybe(text),
      requestId: maybe(text),
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
