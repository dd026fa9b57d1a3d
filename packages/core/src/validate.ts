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

/** Up to where the value begins. */
function withoutValue(message: string, value: unknown): string {
  const first = Math.min(
    ...beginnings(value)
      .map((begin) => message.indexOf(begin))
      .filter((place) => place >= 0),
  )
  if (first === Infinity) return message
  return `${message.slice(0, first)}${typeof value === 'object' ? 'an object' : `a ${typeof value}`}`
}

/** How a library may begin to write a value. One that is quoted may be cut; one that is not is known by all of it. */
function beginnings(value: unknown): readonly string[] {
  if (Object(value) === value) return ['{', '[']
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'bigint') return []
  const text = String(value)
  // a quote, a line break and the like may be written in another way; as a literal it would be built with every import
  const begin = new RegExp('[^"\'`\\\\\\p{C}]{0,8}', 'u').exec(text)![0]
  const quoted = ['"', "'", '`'].map((quote) => quote + begin)
  return text.length < 3 ? quoted : [...quoted, text]
}
