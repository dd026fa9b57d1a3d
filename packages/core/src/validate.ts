import type { SchemaIssue, SchemaResult, StandardSchema } from './standard-schema.ts'

/** Ask a schema, whatever library it is of. */
export function validate<Output>(
  schema: StandardSchema<any, Output>,
  value: unknown,
): SchemaResult<Output> | Promise<SchemaResult<Output>> {
  return schema['~standard'].validate(value)
}

/** `language_type: Invalid option; image: Required`. Paths and the schema's own words: never a value. */
export function issuesText(issues: readonly SchemaIssue[]): string {
  return issues
    .map(({ path = [], message }) => (path.length === 0 ? message : `${path.map(keyText).join('.')}: ${message}`))
    .join('; ')
}

const keyText = (part: PropertyKey | { readonly key: PropertyKey }) =>
  String(typeof part === 'object' ? part.key : part)
