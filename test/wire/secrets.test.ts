/** Canary values in every place a secret can stand, through twenty failures on both transports: none may come out. */
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { inspect } from 'node:util'
import { client, explain, flightOf, ledgerOf, pipeline, Secret, type Transport } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { defaultStack } from '@penstock/middleware'
import { generate } from 'selfsigned'
import { afterAll, describe, expect, it } from 'vitest'

const canaries = ['key', 'secret', 'token', 'cookie', 'header', 'query', 'form'].map(
  (place) => `canary+${place}/${place}==`,
)
const [key, secretKey, token, cookie, header, query, form] = canaries as [
  string,
  string,
  string,
  string,
  string,
  string,
  string,
]

/** A value as it may have been written down. */
const spellings = (value: string) => [
  value,
  encodeURIComponent(value),
  Buffer.from(value).toString('base64').replace(/=+$/, ''),
  Buffer.from(value).toString('hex'),
  JSON.stringify(value).slice(1, -1),
]

type Fault = {
  readonly answer?: RequestListener
  readonly token?: RequestListener
  readonly origin?: (origin: string) => string
  readonly options?: Parameters<typeof defaultStack>[0]
  readonly abort?: boolean
  readonly path?: string
}

const says =
  (status: number, body: string, headers: Record<string, string> = {}): RequestListener =>
  (_, response) =>
    void response.writeHead(status, headers).end(body)
const echo = (request: IncomingMessage, response: ServerResponse) =>
  void response
    .writeHead(400, { 'x-echo': String(request.headers['x-private']), 'set-cookie': `sid=${cookie}` })
    .end(`{"you_sent":"${request.url} ${request.headers.cookie}"}`)

const faults: Readonly<Record<string, Fault>> = {
  'the connection refused': { origin: () => 'http://127.0.0.1:1' },
  'a name without address': { origin: () => 'http://penstock-test.invalid' },
  'a reset before the answer': { answer: (request) => void request.socket.resetAndDestroy() },
  'a close before the answer': { answer: (request) => void request.socket.destroy() },
  'a truncated body': {
    answer: (_, response) =>
      void response.writeHead(200, { 'content-length': '99' }).write('{', () => response.destroy()),
  },
  'a body that is no gzip': { answer: says(200, 'nonsense', { 'content-encoding': 'gzip' }) },
  'a 400 that echoes everything': { answer: echo },
  'a 401': { answer: says(401, `{"bad":"${token}"}`) },
  'a 403': { answer: says(403, key) },
  'a 404': { answer: says(404, query) },
  'a 413': { answer: says(413, form) },
  'a 429': { answer: says(429, '', { 'retry-after': '1' }) },
  'a 500': { answer: says(500, secretKey) },
  'a redirect to where secrets stand': { answer: says(302, '', { location: `/?again=${encodeURIComponent(query)}` }) },
  'an attempt that takes too long': { answer: () => {}, options: { timeout: 30 } },
  'a call that takes too long': { answer: () => {}, options: { deadline: 30 } },
  'an abort': { answer: () => {}, abort: true },
  'a token endpoint that refuses': {
    token: says(401, `{"error":"invalid_client","error_description":"${secretKey}"}`),
  },
  'a token endpoint that says nonsense': { token: says(200, `<html>${secretKey}`) },
  'a path that cannot be sent': { path: '/a b' },
}

const { private: privateKey, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
  keyType: 'ec',
} as never)
const close: (() => void)[] = []
afterAll(() => close.forEach((end) => end()))

async function serve(fault: Fault, tls = false): Promise<string> {
  const listener: RequestListener = (request, response) => {
    request.resume()
    if (request.url!.startsWith('/oauth'))
      (fault.token ?? says(200, JSON.stringify({ access_token: token, expires_in: 3600 })))(request, response)
    else (fault.answer ?? says(200, '{}'))(request, response)
  }
  const server = tls ? createTlsServer({ key: privateKey, cert }, listener) : createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  close.push(() => (server.closeAllConnections(), server.close()))
  return `${tls ? 'https' : 'http'}://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function everythingPrinted(transport: Transport, fault: Fault, tls = false): Promise<string> {
  const lines: unknown[] = []
  const log = (...told: unknown[]) => void lines.push(told)
  const origin = await serve(fault, tls)
  const stack = defaultStack({
    retry: { retries: 1, delay: 1, maxDelay: 1 },
    requestLog: {
      logger: { debug: log, info: log, warn: log },
      onRequest: log,
      onReply: log,
      onError: log,
      onRetry: log,
    },
    token: {
      clientId: key,
      clientSecret: secretKey,
      path: '/oauth/token',
      origin,
      retries: 0,
      place: { query: 'access_token' },
    },
    ...fault.options,
  })
  const http = client({
    pipeline: pipeline([...stack], transport),
    origin: fault.origin?.(origin) ?? origin,
    diagnose: 'all',
  })
  const controller = new AbortController()
  if (fault.abort) queueMicrotask(() => controller.abort(new Error('left')))
  const error: unknown = await http
    .post(fault.path ?? '/things', {
      headers: { cookie: `sid=${cookie}`, 'x-private': header },
      query: { key: new Secret('query_key', query) },
      form: { password: form },
      repeatable: 'always',
      signal: controller.signal,
    })
    .then(
      () => expect.unreachable('it succeeded'),
      (thrown) => thrown,
    )
  await http.close()
  expect(error).toBeInstanceOf(Error)
  const { message, stack: trace, cause } = error as Error
  return [
    message,
    trace,
    inspect(error, { depth: 12, showHidden: true }),
    inspect(cause, { depth: 12 }),
    JSON.stringify(error),
    explain(error),
    explain(error, { lang: 'zh' }),
    JSON.stringify(flightOf(error)),
    inspect(ledgerOf(error), { depth: 12 }),
    inspect(lines, { depth: 12 }),
    JSON.stringify(lines),
  ].join('\n')
}

const found = (printed: string) =>
  canaries.filter((canary) => spellings(canary).some((spelling) => printed.includes(spelling)))

describe.each<[string, () => Transport]>([
  ['got', () => gotTransport()],
  ['undici', () => undiciTransport()],
])('no secret comes out over %s', (_, transport) => {
  it.each(Object.entries(faults))('after %s', async (_name, fault) => {
    expect(found(await everythingPrinted(transport(), fault))).toEqual([])
  })

  it('after a certificate that nobody vouches for', async () => {
    expect(found(await everythingPrinted(transport(), {}, true))).toEqual([])
  })
})

it('finds a canary where there is one', () => {
  expect(found(`x ${encodeURIComponent(token)} y`)).toEqual([token])
  expect(found(inspect({ a: [Buffer.from(key).toString('base64')] }))).toEqual([key])
})
