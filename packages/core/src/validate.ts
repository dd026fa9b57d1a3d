import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'

/** Ask a schema, whatever library it is of. */
export function validate<Output>(
  schema: StandardSchema<any, Output>,
  value: unknown,
): SchemaResult<Output> | Promise<SchemaResult<Output>> {
  return schema['~standard'].validate(value)
}

/**
 * `language_type: Invalid option; image: Required`. Paths and the schema's own words, without the value, which some
 * libraries put at their end: it may be a person's, or a key.
 *
 * @param value what was checked
 */
export function issuesText(issues: readonly SchemaIssue[], value: unknown): string {
  return issues
    .map(({ path = [], message }) => {
      const keys = path.map((part) => (typeof part === 'object' ? part.key : part))
      const said = withoutValue(message, keys.reduce(at, value))
      return keys.length === 0 ? said : `${keys.map(String).join('.')}: ${said}`
    })
    .join('; ')
}

const at = (value: unknown, key: PropertyKey): unknown =>
  Object(value) === value ? Reflect.get(value as object, key) : undefined

/** Up to where the value begins. One that is quoted may be cut; one that is not is known by all of it. */
function withoutValue(message: string, value: unknown): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return message
  const text = String(value)
  const quoted = ['"', "'", '`'].map((quote) => message.indexOf(quote + text.slice(0, 8)))
  const bare = text.length < 3 ? -1 : message.indexOf(text)
  const first = Math.min(...[...quoted, bare].filter((place) => place >= 0))
  return first === Infinity ? message : `${message.slice(0, first)}a ${typeof value}`
}
