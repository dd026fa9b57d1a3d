import type { Answer, Client, InputOf, OutputOf, RequestOptions } from '@penstock/core'
import type { OcrEndpoint } from './descriptor.ts'
import type { ImageSource } from './image/source.ts'
import { type Given, prepare } from './prepare.ts'

/** An endpoint's input with its images given as bytes, path, file URL, stream, or (for `image`) a remote URL. */
export type OcrInput<To extends OcrEndpoint> = {
  [Name in keyof InputOf<To['input']>]: Exclude<InputOf<To['input']>[Name], undefined> extends Uint8Array
    ? ImageSource | Extract<InputOf<To['input']>[Name], undefined>
    : InputOf<To['input']>[Name]
}

/** One typed method an endpoint. */
export type Operations<Endpoints extends Readonly<Record<string, OcrEndpoint>>> = {
  readonly [Name in keyof Endpoints]: (
    input: OcrInput<Endpoints[Name]>,
    options?: RequestOptions,
  ) => Promise<Answer<OutputOf<Endpoints[Name]['output']>>>
}

/** The methods of a vendor's client, made of its descriptors. */
export function operations<const Endpoints extends Readonly<Record<string, OcrEndpoint>>>(
  http: Client,
  endpoints: Endpoints,
): Operations<Endpoints> {
  const entries = Object.entries(endpoints).map(([name, endpoint]) => [name, operation(http, endpoint)])
  return Object.fromEntries(entries) as Operations<Endpoints>
}

function operation(http: Client, endpoint: OcrEndpoint) {
  return async (given: Given, options: RequestOptions = {}) => {
    const { input, notes } = await prepare(endpoint, given, options.signal)
    return http.call(endpoint, input, { ...options, notes: [...notes, ...(options.notes ?? [])] })
  }
}
