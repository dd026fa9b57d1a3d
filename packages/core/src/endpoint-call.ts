import { birth, type Birthplace } from './birth.ts'
import type { Call } from './call.ts'
import type { Endpoint } from './endpoint.ts'
import type { FormValue } from './encode/form.ts'
import type { Part } from './encode/multipart.ts'
import { InputError } from './errors.ts'
import type { ExplainOptions } from './recorder/explain.ts'
import type { Ledger } from './recorder/ledger.ts'
import type { QueryValue, Request, RequestOptions } from './request.ts'
import type { Result } from './result.ts'
import { issuesText, validate } from './validate.ts'

/** What an endpoint answered, in its own fields, and the story of the call beside it. */
export type Answer<Output> = Output & {
  explain(options?: ExplainOptions): string
  readonly ledger: Ledger
}

/** The request that an endpoint makes of an input. @throws InputError `INPUT_INVALID`, every field that is wrong named */
export async function requestOf(
  endpoint: Endpoint<any, any>,
  input: unknown,
  options: RequestOptions = {},
): Promise<Request> {
  const checked = await validate(endpoint.input, input)
  if (checked.issues !== undefined)
    throw new InputError('INPUT_INVALID', `${endpoint.id}: ${issuesText(checked.issues, input)}`)
  const { repeatable } = endpoint
  return {
    ...options,
    ...encoded(endpoint, (checked.value ?? {}) as Fields),
    ...(repeatable === undefined ? {} : { repeatable: options.repeatable ?? repeatable }),
    endpoint,
    method: endpoint.method,
  }
}

/** A call to an endpoint that a layer makes by itself, with a ledger and a budget of its own. @throws InputError `INPUT_INVALID` */
export async function endpointCall(endpoint: Endpoint<any, any>, input: unknown, place: Birthplace): Promise<Call> {
  const request = await requestOf(endpoint, input)
  // what was handed in may be secret, and is in the body already
  return birth(request, place).with({ options: { endpoint } })
}

type Fields = Readonly<Record<string, unknown>>

/** Fields whose names stand in the path fill it; the others go where the endpoint's encoding says. */
function encoded(
  { path, encoding }: Endpoint<any, any>,
  input: Fields,
): Pick<Request, 'path' | 'params' | 'form' | 'json' | 'query' | 'multipart'> {
  const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)
  const params = Object.fromEntries(names.map((name) => [name, input[name] as string]))
  const rest = Object.fromEntries(Object.entries(input).filter(([name]) => !names.includes(name)))
  const where = names.length === 0 ? { path } : { path, params }
  if (encoding === 'form') return { ...where, form: rest as Record<string, FormValue> }
  if (encoding === 'json') return { ...where, json: rest }
  if (encoding === 'query') return { ...where, query: rest as Record<string, QueryValue> }
  return encoding === 'multipart' ? { ...where, multipart: rest as Record<string, Part> } : where
}

/** The reply, decoded and checked. @throws CallError */
export async function answerOf<Output>(endpoint: Endpoint<any, any>, result: Result): Promise<Answer<Output>> {
  const value: unknown = await result.json(endpoint.output)
  return Object.defineProperties(value as object, {
    explain: { value: (options?: ExplainOptions) => result.explain(options) },
    ledger: { value: result.ledger },
  }) as Answer<Output>
}
