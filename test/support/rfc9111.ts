/** Plays the cases of the public suite of HTTP caching (cache-tests.fyi) against a stack: its server, and what it looks at. */
import {
  type Call,
  client,
  CallError,
  Failure,
  type Layer,
  type Outcome,
  pipeline,
  Reply,
  Result,
  type Transport,
  bytesBody,
  type Stackable,
} from '@penstock/core'
import { virtualClock } from '@penstock/core/testing'
import { status } from '@penstock/middleware'

type Pair = readonly [name: string, value: any, shown?: boolean]

/** One request of a case, and what is expected of it. */
export type Asked = {
  readonly setup?: boolean
  /** Expectations that are not what the case is about. */
  readonly setup_tests?: readonly string[]
  readonly pause_after?: boolean
  readonly expected_type?: 'cached' | 'not_cached' | 'etag_validated' | 'lm_validated'
  readonly request_method?: string
  readonly request_headers?: readonly Pair[]
  readonly request_body?: string
  readonly response_status?: readonly [number, string]
  readonly response_headers?: readonly Pair[]
  readonly response_body?: string
  readonly expected_status?: number
  readonly expected_response_headers?: readonly (string | readonly any[])[]
  readonly expected_response_headers_missing?: readonly (string | readonly any[])[]
  readonly expected_request_headers?: readonly (string | Pair)[]
  readonly expected_response_text?: string | null
  readonly expected_method?: string
  readonly check_body?: boolean
  readonly disconnect?: boolean
  readonly magic_ims?: boolean
  readonly magic_locations?: boolean
  readonly rfc850date?: readonly string[]
  readonly filename?: string
  readonly query_arg?: string
  readonly cache?: string
}

export type Case = {
  readonly id: string
  readonly name: string
  readonly kind?: 'required' | 'optimal' | 'check'
  readonly browser_skip?: boolean
  readonly requests: readonly Asked[]
}

type Seen = { readonly number: number; readonly headers: Readonly<Record<string, any>>; readonly method: string }

const dates = new Set(['date', 'expires', 'last-modified', 'if-modified-since', 'if-unmodified-since'])
const days = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday']

const written = (asked: Asked | undefined): Readonly<Record<string, string>> =>
  Object.fromEntries((asked?.response_headers ?? []).map(([name, value]) => [name.toLowerCase(), String(value)]))

/** What is wrong with the cache by a case, and whether the case only sets itself up by it. */
export type Flaw = { readonly setup: boolean; readonly wrong: string }

/** What is wrong with the cache by this case; undefined when nothing is. */
export async function flaw({ id, requests }: Case, layer: Layer): Promise<Flaw | undefined> {
  const clock = virtualClock()
  const seen: Seen[] = []
  const dated = (asked: Asked, [name, value]: Pair): [string, any] => {
    if (asked.magic_locations === true && /location$/i.test(name))
      return [name, `/test/${id}${value ? `/${value}` : ''}`]
    if (!dates.has(name.toLowerCase()) || typeof value !== 'number') return [name, value]
    const date = new Date(clock.date() + value * 1000)
    if (asked.rfc850date?.includes(name.toLowerCase()) !== true) return [name, date.toUTCString()]
    const [, day, month, year, time] = /, (\d+) (\w+) \d\d(\d\d) (.*) GMT/.exec(date.toUTCString())!
    return [name, `${days[date.getUTCDay()]}, ${day}-${month}-${year} ${time} GMT`]
  }
  const given: Record<string, string>[] = []

  const server: Transport = {
    name: 'server',
    close: async () => {},
    async send(call: Call<any>): Promise<Outcome> {
      const number = Number(call.headers['req-num'])
      const asked = requests[number - 1]!
      const before = given[number - 2] ?? written(requests[number - 2])
      seen.push({ number, headers: call.headers, method: call.method })
      if (asked.disconnect === true)
        return new Failure('network', 'CONNECTION_CLOSED', 'server', 'closed', { sent: 'all' })
      let code = asked.response_status?.[0] ?? 200
      if (asked.expected_type?.endsWith('validated') === true) {
        const same = (mine: string, theirs: string) =>
          before[theirs] !== undefined && call.headers[mine] === before[theirs]
        code = same('if-modified-since', 'last-modified') || same('if-none-match', 'etag') ? 304 : 999
      }
      const headers: Record<string, string> = {
        'server-request-count': String(seen.length),
        'content-type': 'text/plain',
      }
      const answered: Record<string, string> = {}
      for (const pair of asked.response_headers ?? []) {
        const [name, value] = dated(asked, pair)
        const key = name.toLowerCase()
        answered[key] = answered[key] === undefined ? String(value) : `${answered[key]}, ${String(value)}`
      }
      given[number - 1] = answered
      const body = code === 204 || code === 304 ? '' : (asked.response_body ?? id)
      return new Reply(code, { ...headers, ...answered }, bytesBody(Buffer.from(body)))
    },
  }

  const http = client({
    pipeline: pipeline([layer, status()] as readonly Stackable[], server),
    origin: 'https://cache.example.com',
    clock,
  })
  let previous: Result | undefined
  try {
    for (const [index, asked] of requests.entries()) {
      const headers: Record<string, any> = { 'req-num': String(index + 1) }
      for (const pair of asked.request_headers ?? []) {
        let [name, value] = dated(asked, pair)
        if (asked.magic_ims === true && name.toLowerCase() === 'if-modified-since')
          value = previous?.header('last-modified') ?? value
        headers[name.toLowerCase()] = String(value)
      }
      const path = `/test/${id}${asked.filename === undefined ? '' : `/${asked.filename}`}${asked.query_arg === undefined ? '' : `?${asked.query_arg}`}`
      const method = asked.request_method ?? 'GET'
      const before = seen.length
      const sending = http.send({
        method,
        path,
        headers,
        ...(asked.request_body !== undefined && { body: asked.request_body }),
      })
      const result = await sending.catch((error: unknown) => (error instanceof CallError ? error.reply : undefined))
      await clock.advance(0)
      const wrong = await differs(id, asked, index + 1, result, seen, before, given[index])
      if (wrong !== undefined) {
        const setup = asked.setup === true || wrong.of === undefined || asked.setup_tests?.includes(wrong.of) === true
        return { setup, wrong: `request ${index + 1}: ${wrong.what}` }
      }
      previous = result ?? previous
      if (asked.pause_after === true) await clock.advance(3000)
    }
    return undefined
  } finally {
    await http.close()
  }
}

/** What differs, and from which expectation; from none where every answer must be so. */
type Different = { readonly of: string | undefined; readonly what: string }
const no = (of: string | undefined, what: string): Different => ({ of, what })

async function differs(
  id: string,
  asked: Asked,
  number: number,
  result: Result | undefined,
  seen: readonly Seen[],
  before: number,
  fresh: Record<string, string> | undefined,
): Promise<Different | undefined> {
  const request = seen.slice(before).find((one) => one.number === number)
  const type = asked.expected_type
  if (result === undefined)
    return asked.disconnect === true && type !== 'cached' ? undefined : no('expected_type', 'has no answer')
  const served = Number(result.header('server-request-count')) === seen.length
  if (type === 'cached' && request !== undefined && served && asked.disconnect !== true)
    return no('expected_type', 'was sent, and could have been answered from the cache')
  if (type === 'not_cached' && request === undefined) return no('expected_type', 'came from the cache')
  if (type === 'etag_validated' && request?.headers['if-none-match'] === undefined)
    return no('expected_type', 'was not validated by its ETag')
  if (type === 'lm_validated' && request?.headers['if-modified-since'] === undefined)
    return no('expected_type', 'was not validated by its date')
  const due = asked.expected_status ?? asked.response_status?.[0] ?? 200
  if (result.status !== due && !(asked.setup !== true && result.status === 304))
    return no(
      asked.expected_status === undefined ? undefined : 'expected_status',
      `status ${result.status}, not ${due}`,
    )
  for (const wanted of asked.expected_response_headers ?? []) {
    const [name, one, two] = typeof wanted === 'string' ? [wanted] : wanted
    const value = result.header(name)
    if (value === undefined) return no('expected_response_headers', `no header ${name}`)
    if (one === '=' && value !== result.header(two))
      return no('expected_response_headers', `${name} is ${value}, not as ${two}`)
    if (one === '>' && !(Number.parseInt(value, 10) > two))
      return no('expected_response_headers', `${name} is ${value}, not more than ${two}`)
    if (one !== undefined && two === undefined && typeof one === 'string' && value !== one)
      return no('expected_response_headers', `${name} is ${value}, not ${one}`)
  }
  for (const unwanted of asked.expected_response_headers_missing ?? []) {
    const [name, part] = typeof unwanted === 'string' ? [unwanted] : unwanted
    const value = result.header(name)
    if (value !== undefined && (part === undefined || value.includes(part)))
      return no('expected_response_headers_missing', `has the header ${name}: ${value}`)
  }
  for (const wanted of asked.expected_request_headers ?? []) {
    const [name, value] = typeof wanted === 'string' ? [wanted] : wanted
    const sent = request?.headers[name.toLowerCase()]
    if (sent === undefined || (value !== undefined && sent !== value))
      return no('expected_request_headers', `was sent with ${name}: ${String(sent)}`)
  }
  if (asked.expected_method !== undefined && request?.method !== asked.expected_method)
    return no('expected_method', `was sent as ${request?.method}`)
  if (request !== undefined && fresh !== undefined && result.status !== 304)
    for (const [name, value, shown = true] of asked.response_headers ?? [])
      if (shown && name.toLowerCase() !== 'date' && typeof value === 'string' && result.header(name) === undefined)
        return no(undefined, `lost ${name}`)
  if (asked.check_body === false || asked.request_method === 'HEAD' || due === 204 || due === 304) return undefined
  const text = await result.text()
  const expected = asked.expected_response_text !== undefined ? asked.expected_response_text : asked.response_body
  if (expected === null) return undefined
  const of = asked.expected_response_text === undefined ? undefined : 'expected_response_text'
  return text === (expected ?? id) ? undefined : no(of, `the body is '${text}'`)
}
