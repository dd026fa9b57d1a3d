/** Clients as they are: no retry, no breaker, no hook. */
import http from 'node:http'
import { connections, form, formType, type Subject } from './subject.ts'

export const keptAlive = () => new http.Agent({ keepAlive: true, maxSockets: connections, maxFreeSockets: connections })

const headers = { 'content-type': formType }

const nodeHttp: Subject = async ({ origin, path }) => {
  const agent = keptAlive()
  const { hostname, port } = new URL(origin)
  const send = (method: string, number: number, body?: string) =>
    new Promise<unknown>((resolve, reject) => {
      const request = http.request(
        {
          agent,
          host: hostname,
          port,
          path: path + number,
          method,
          ...(body === undefined ? {} : { headers: { ...headers, 'content-length': body.length } }),
        },
        (response) => {
          let text = ''
          response.setEncoding('utf8')
          response.on('data', (piece: string) => (text += piece))
          response.on('end', () => resolve(JSON.parse(text)))
          response.on('error', reject)
        },
      )
      request.on('error', reject)
      request.end(body)
    })
  return { get: (number) => send('GET', number), post: (number) => send('POST', number, form) }
}

const undiciRequest: Subject = async ({ origin, path }) => {
  const { Agent, request } = await import('undici')
  const dispatcher = new Agent({ connections, pipelining: 1 })
  const url = origin + path
  return {
    get: async (number) => (await request(url + number, { dispatcher })).body.json(),
    post: async (number) =>
      (await request(url + number, { dispatcher, method: 'POST', headers, body: form })).body.json(),
  }
}

const poolRequest: Subject = async ({ origin, path }) => {
  const { Pool } = await import('undici')
  const pool = new Pool(origin, { connections, pipelining: 1 })
  return {
    get: async (number) => (await pool.request({ path: path + number, method: 'GET' })).body.json(),
    post: async (number) =>
      (await pool.request({ path: path + number, method: 'POST', headers, body: form })).body.json(),
  }
}

/** The least that can be done: one handler, one promise. */
class RawHandler {
  readonly #resolve: (value: unknown) => void
  readonly #reject: (error: Error) => void
  #first: Buffer | undefined = undefined
  #pieces: Buffer[] | undefined = undefined

  constructor(resolve: (value: unknown) => void, reject: (error: Error) => void) {
    this.#resolve = resolve
    this.#reject = reject
  }

  onRequestStart(): void {}

  onRequestUpgrade(): void {}

  onResponseStart(): void {}

  onResponseData(_: unknown, piece: Buffer): void {
    if (this.#first === undefined) this.#first = piece
    else (this.#pieces ??= [this.#first]).push(piece)
  }

  onResponseEnd(): void {
    this.#resolve(JSON.parse((this.#pieces === undefined ? this.#first! : Buffer.concat(this.#pieces)).toString()))
  }

  onResponseError(_: unknown, error: Error): void {
    this.#reject(error)
  }
}

const poolDispatch: Subject = async ({ origin, path }) => {
  const { Pool } = await import('undici')
  const pool = new Pool(origin, { connections, pipelining: 1 })
  return {
    get: (number) =>
      new Promise((resolve, reject) => {
        pool.dispatch({ path: path + number, method: 'GET' }, new RawHandler(resolve, reject))
      }),
    post: (number) =>
      new Promise((resolve, reject) => {
        const request = { path: path + number, method: 'POST', headers, body: form } as const
        pool.dispatch(request, new RawHandler(resolve, reject))
      }),
  }
}

const got: Subject = async ({ origin, path }) => {
  const { default: got } = await import('got')
  const client = got.extend({ agent: { http: keptAlive() }, retry: { limit: 0 } })
  const url = origin + path
  return {
    get: (number) => client(url + number).json(),
    post: (number) => client.post(url + number, { body: form, headers }).json(),
  }
}

/** got with all off that can be: what our transport asks of it. */
const gotOff: Subject = async ({ origin, path }) => {
  const { default: got } = await import('got')
  const client = got.extend({
    agent: { http: keptAlive() },
    retry: { limit: 0 },
    followRedirect: false,
    throwHttpErrors: false,
    decompress: false,
  })
  const url = origin + path
  return {
    get: (number) => client(url + number).json(),
    post: (number) => client.post(url + number, { body: form, headers }).json(),
  }
}

const axios: Subject = async ({ origin, path }) => {
  const { default: axios } = await import('axios')
  const client = axios.create({ httpAgent: keptAlive() })
  const url = origin + path
  return {
    get: async (number) => (await client.get<unknown>(url + number)).data,
    post: async (number) => (await client.post<unknown>(url + number, form)).data,
  }
}

const ky: Subject = async ({ origin, path }) => {
  const { default: ky } = await import('ky')
  const client = ky.create({ retry: 0, timeout: false })
  const url = origin + path
  return {
    get: (number) => client(url + number).json(),
    post: (number) => client.post(url + number, { body: form, headers }).json(),
  }
}

const azure: Subject = async ({ origin, path }) => {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineRequest } =
    await import('@azure/core-rest-pipeline')
  const client = createDefaultHttpClient()
  const agent = keptAlive()
  const send = async (number: number, rest: object): Promise<unknown> => {
    const request = createPipelineRequest({
      url: origin + path + number,
      agent,
      allowInsecureConnection: true,
      ...rest,
    })
    return JSON.parse((await client.sendRequest(request)).bodyAsText!)
  }
  return {
    get: (number) => send(number, {}),
    post: (number) => send(number, { method: 'POST', body: form, headers: createHttpHeaders(headers) }),
  }
}

const smithy: Subject = async (place) => {
  const { smithyRequests } = await import('./smithy.ts')
  const { handler, get, post, read } = smithyRequests(place)
  return {
    get: async (number) => read(await handler.handle(get(number))),
    post: async (number) => read(await handler.handle(post(number))),
  }
}

export const bare: Readonly<Record<string, Subject>> = {
  'undici.request': undiciRequest,
  'undici Pool.dispatch': poolDispatch,
  'undici Pool.request': poolRequest,
  'node:http': nodeHttp,
  got,
  'got, features off': gotOff,
  axios,
  ky,
  '@azure/core-rest-pipeline, http client': azure,
  'smithy NodeHttpHandler': smithy,
}
