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
  const bytes = await reply.body.read()
  if (bytes instanceof Failure) return bytes
  const text = decodeText(bytes, reply.header('content-type'))
  let value: unknown
  try {
    value = parseJson(text)
  } catch {
    const html = /^\s*<(!doctype|html)/i.test(text)
    return new Failure('server', html ? 'BODY_HTML' : 'BODY_NOT_JSON', 'reply', 'the body is not JSON', received)
  }
  if (schema === undefined) return value as Value
  const checked = await validate(schema, value)
  if (checked.issues === undefined) return checked.value
  return new Failure('server', 'REPLY_SCHEMA', 'reply', issuesText(checked.issues), received)
}

const received = { phase: 'receive', sent: 'all' } as const
