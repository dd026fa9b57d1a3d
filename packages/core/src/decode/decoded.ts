import { Failure } from '../outcome.ts'
import type { Reply } from '../reply.ts'
import type { StandardSchema } from '../standard-schema.ts'
import { issuesText, validate } from '../validate.ts'
import { decodeText } from './charset.ts'
import { parseJson } from './json.ts'

/** The body of a reply as JSON, checked by a schema; or the failure of what it is not, and of what cut the reading. */
export async function decoded<Value = unknown>(
  reply: Reply,
  schema?: StandardSchema<any, Value>,
): Promise<Value | Failure> {
  const value = parsed(reply, reply.body.whole ?? (await reply.body.read()))
  if (value instanceof Failure || schema === undefined) return value as Value | Failure
  const checked = await validate(schema, value)
  if (checked.issues === undefined) return checked.value
  return new Failure('server', 'REPLY_SCHEMA', 'reply', issuesText(checked.issues, value), received)
}

/** @param bytes the reply's body, or what cut it */
export function parsed(reply: Reply, bytes: Uint8Array | Failure): unknown {
  if (bytes instanceof Failure) return bytes
  const text = decodeText(bytes, reply.header('content-type'))
  try {
    return parseJson(text)
  } catch (error) {
    return notJson(bytes, text, (error as SyntaxError).message)
  }
}

const fails = (code: string, why: string) => new Failure('server', code, 'reply', why, received)

function notJson(bytes: Uint8Array, text: string, because: string): Failure {
  if (/^\s*<(!doctype|html)/i.test(text)) return fails('BODY_HTML', 'the body is not JSON')
  if (isJson(decodeText(bytes)))
    return fails('BODY_CHARSET', 'the body is JSON in UTF-8, and its header says otherwise')
  return fails('BODY_NOT_JSON', `the body is not JSON${because.slice(because.indexOf(':'))}`)
}

function isJson(text: string): boolean {
  try {
    parseJson(text)
    return true
  } catch {
    return false
  }
}

const received = { phase: 'receive', sent: 'all' } as const
