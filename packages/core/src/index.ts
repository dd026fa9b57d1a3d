export { type Body, bodyLength, canSend, noBody, onceBody, type Pieces } from './body.ts'
export type { Budget } from './budget.ts'
export { Call, type CallFields, type Handler } from './call.ts'
export { CallError } from './call-error.ts'
export type { Bound, CallOptions, Progress } from './call-options.ts'
export { client, type Client, type ClientOptions } from './client.ts'
export { type Chance, type Clock, systemChance, systemClock, type Timer } from './clock.ts'
export { type Code, type CodeEntry, codeEntry, codes, type Kind } from './codes.ts'
export { decodeText } from './decode/charset.ts'
export { parseJson } from './decode/json.ts'
export type { Encoding, Endpoint, Repeatable } from './endpoint.ts'
export type { Answer } from './endpoint-call.ts'
export { ConfigError, type ErrorFacts, InputError, isPenstockError, PenstockError } from './errors.ts'
export {
  header,
  headerList,
  type Headers,
  type HeaderValue,
  type ReplyHeaders,
  retryAfter,
  revealed,
} from './headers.ts'
export {
  type GivesOf,
  type Judging,
  layer,
  type Layer,
  type Middleware,
  type Next,
  type Passed,
  type Slot,
  slots,
  type Traits,
} from './layer.ts'
export type { Ordered, Stackable } from './order.ts'
export { Failure, type FailureFacts, type Outcome, type Phase, refused, type Sent } from './outcome.ts'
export { type Pipeline, pipeline, type Transport } from './pipeline.ts'
export type { Plan, PlannedLayer } from './plan.ts'
export { explain, type ExplainOptions, type Language } from './recorder/explain.ts'
export { ledgerOf } from './recorder/ledger-of.ts'
export { Ledger, type Level, type Note, type Span, type Trip } from './recorder/ledger.ts'
export { duration, type Facts, type NoteKind, notes, sentence } from './recorder/notes.ts'
export { bytesBody, type Judgement, Reply, type ReplyBody } from './reply.ts'
export type { QueryValue, Request, RequestOptions } from './request.ts'
export { Result } from './result.ts'
export type { Runtime } from './runtime.ts'
export { Secret, secret } from './secret.ts'
export type { InputOf, OutputOf, SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'
export { type Verdict, verdicts, type Worth } from './verdict.ts'
export type { Bilingual, VerdictRow, VerdictTable } from './verdict-table.ts'
export { Wait } from './wait.ts'
export { plainWire, type ReplyLimits, type TlsOptions, type WireOptions } from './wire-options.ts'
