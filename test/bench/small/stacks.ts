/**
 * What people build of the peers: retry, a breaker where there is one, a bearer header, a hook that logs, a time limit and
 * a place for a limiter. A caller of each does what its documentation says.
 */
import { bearer, connections, form, formType, seen, type Subject } from './subject.ts'
import { keptAlive } from './bare.ts'

const authorization = `Bearer ${bearer}`
const headers = { 'content-type': formType }
const breakerOptions = { timeout: 10_000, volumeThreshold: 10 }

type Work = () => Promise<unknown>

async function opossum(): Promise<(work: Work) => Promise<unknown>> {
  const { default: CircuitBreaker } = await import('opossum')
  const breaker = new CircuitBreaker((work: Work) => work(), breakerOptions)
  return (work) => breaker.fire(work)
}

const gotHooks = {
  beforeRequest: [
    (options: { headers: Record<string, unknown> }) => void (options.headers['authorization'] = authorization),
    () => void seen.calls++,
    async () => undefined,
  ],
}

/** got as the seeds of this project had it: hooks, cookies, p-retry around opossum around it. */
const seed: Subject = async ({ origin, path }) => {
  const { default: got } = await import('got')
  const { default: pRetry } = await import('p-retry')
  const { CookieJar } = await import('tough-cookie')
  const fire = await opossum()
  const client = got.extend({
    agent: { http: keptAlive() },
    cookieJar: new CookieJar(),
    retry: { limit: 0 },
    timeout: { request: 10_000 },
    hooks: { ...gotHooks, afterResponse: [(response) => ((seen.statuses += response.statusCode), response)] },
  })
  const url = origin + path
  const run = (work: Work) => pRetry(() => fire(work), { retries: 2 })
  return {
    get: (number) => run(() => client(url + number).json()),
    post: (number) => run(() => client.post(url + number, { body: form, headers }).json()),
  }
}

const gotOpossum: Subject = async ({ origin, path }) => {
  const { default: got } = await import('got')
  const fire = await opossum()
  const client = got.extend({
    agent: { http: keptAlive() },
    retry: { limit: 2, methods: ['GET', 'POST'] },
    timeout: { request: 10_000 },
    hooks: { ...gotHooks, afterResponse: [(response) => ((seen.statuses += response.statusCode), response)] },
  })
  const url = origin + path
  return {
    get: (number) => fire(() => client(url + number).json()),
    post: (number) => fire(() => client.post(url + number, { body: form, headers }).json()),
  }
}

const axiosStack: Subject = async ({ origin, path }) => {
  const { default: axios } = await import('axios')
  const { default: axiosRetry, exponentialDelay } = await import('axios-retry')
  const fire = await opossum()
  const client = axios.create({ timeout: 10_000, httpAgent: keptAlive() })
  axiosRetry(client, { retries: 2, retryDelay: exponentialDelay })
  client.interceptors.request.use((config) => {
    config.headers.set('authorization', authorization)
    return config
  })
  client.interceptors.request.use((config) => {
    seen.calls++
    return config
  })
  client.interceptors.request.use(async (config) => config)
  client.interceptors.response.use((response) => {
    seen.statuses += response.status
    return response
  })
  const url = origin + path
  const data = async (work: Work) => ((await fire(work)) as { readonly data: unknown }).data
  return {
    get: (number) => data(() => client.get(url + number)),
    post: (number) => data(() => client.post(url + number, form)),
  }
}

const kyStack: Subject = async ({ origin, path }) => {
  const { default: ky } = await import('ky')
  const client = ky.create({
    retry: { limit: 2 },
    timeout: 10_000,
    hooks: {
      beforeRequest: [
        ({ request }) => request.headers.set('authorization', authorization),
        () => void seen.calls++,
        async () => undefined,
      ],
      afterResponse: [() => void seen.statuses++],
    },
  })
  const url = origin + path
  return {
    get: (number) => client(url + number).json(),
    post: (number) => client.post(url + number, { body: form, headers }).json(),
  }
}

/** Its own bearer policy wants https: one of its kind stands in for it. */
const azureStack: Subject = async ({ origin, path }) => {
  const { createDefaultHttpClient, createHttpHeaders, createPipelineFromOptions, createPipelineRequest } =
    await import('@azure/core-rest-pipeline')
  const client = createDefaultHttpClient()
  const agent = keptAlive()
  const pipeline = createPipelineFromOptions({
    retryOptions: { maxRetries: 2 },
    userAgentOptions: { userAgentPrefix: 'bench' },
  })
  pipeline.addPolicy(
    {
      name: 'bearer',
      sendRequest(request, next) {
        request.headers.set('Authorization', authorization)
        return next(request)
      },
    },
    { phase: 'Sign' },
  )
  pipeline.addPolicy(
    {
      name: 'rate',
      async sendRequest(request, next) {
        await Promise.resolve()
        return next(request)
      },
    },
    { afterPhase: 'Retry' },
  )
  const send = async (number: number, rest: object): Promise<unknown> => {
    const url = origin + path + number
    const request = createPipelineRequest({ url, agent, timeout: 10_000, allowInsecureConnection: true, ...rest })
    return JSON.parse((await pipeline.sendRequest(client, request)).bodyAsText!)
  }
  return {
    get: (number) => send(number, {}),
    post: (number) => send(number, { method: 'POST', body: form, headers: createHttpHeaders(headers) }),
  }
}

/** Its clients resolve the stack at every call. */
const smithyStack: Subject = async (place) => {
  const { constructStack } = await import('@smithy/middleware-stack')
  const { smithyRequests } = await import('./smithy.ts')
  const { handler, get, post, read } = smithyRequests(place, 10_000)
  type Args = { readonly input: object; readonly request: ReturnType<typeof get> }
  const stack = constructStack<object, any>()
  const steps = ['initialize', 'serialize', 'build', 'finalizeRequest', 'finalizeRequest'] as const
  const more = ['finalizeRequest', 'deserialize', 'initialize'] as const
  for (const [index, step] of [...steps, ...more].entries()) {
    stack.add(
      ((next: (args: Args) => Promise<unknown>) => async (args: Args) => {
        if (index === 4) args.request.headers['authorization'] = authorization
        seen.calls++
        return next(args)
      }) as never,
      { step, name: `layer${index}` } as never,
    )
  }
  const send = async (request: ReturnType<typeof get>) => {
    const resolved = stack.resolve(((args: Args) => handler.handle(args.request)) as never, {})
    return read((await resolved({ input: {}, request } as never)) as never)
  }
  return { get: (number) => send(get(number)), post: (number) => send(post(number)) }
}

async function cockatiel() {
  const { circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleAll, retry, timeout, TimeoutStrategy, wrap } =
    await import('cockatiel')
  return wrap(
    retry(handleAll, { maxAttempts: 2, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(10_000, TimeoutStrategy.Cooperative),
  )
}

const undiciCockatiel: Subject = async ({ origin, path }) => {
  const { Agent, request } = await import('undici')
  const dispatcher = new Agent({ connections })
  const policy = await cockatiel()
  const url = origin + path
  const send = (number: number, rest: { readonly method?: 'POST'; readonly body?: string }) =>
    policy.execute(async ({ signal }) => {
      seen.calls++
      const own = rest.body === undefined ? { authorization } : { ...headers, authorization }
      return (await request(url + number, { dispatcher, signal, ...rest, headers: own })).body.json()
    })
  return { get: (number) => send(number, {}), post: (number) => send(number, { method: 'POST', body: form }) }
}

const undiciComposed: Subject = async ({ origin, path }) => {
  const { Agent, interceptors } = await import('undici')
  const policy = await cockatiel()
  const dispatcher = new Agent({ connections }).compose(
    interceptors.retry({ maxRetries: 2 }),
    interceptors.redirect({ maxRedirections: 3 }),
    interceptors.dns(),
    (dispatch) => (options, handler) => {
      seen.calls++
      return dispatch({ ...options, headers: { ...(options.headers as object), authorization } }, handler)
    },
  )
  const send = (number: number, rest: { method: 'GET' | 'POST'; headers?: typeof headers; body?: string }) =>
    policy.execute(async ({ signal }) =>
      (await dispatcher.request({ origin, path: path + number, signal, ...rest })).body.json(),
    )
  return {
    get: (number) => send(number, { method: 'GET' }),
    post: (number) => send(number, { method: 'POST', headers, body: form }),
  }
}

const undiciRetry: Subject = async ({ origin, path }) => {
  const { Agent, request } = await import('undici')
  const { default: pRetry } = await import('p-retry')
  const fire = await opossum()
  const dispatcher = new Agent({ connections })
  const url = origin + path
  const send = (number: number, rest: { readonly method?: 'POST'; readonly body?: string }) =>
    pRetry(
      () =>
        fire(async () => {
          seen.calls++
          const own = rest.body === undefined ? { authorization } : { ...headers, authorization }
          return (
            await request(url + number, { dispatcher, headersTimeout: 10_000, ...rest, headers: own })
          ).body.json()
        }),
      { retries: 2 },
    )
  return { get: (number) => send(number, {}), post: (number) => send(number, { method: 'POST', body: form }) }
}

export const stacks: Readonly<Record<string, Subject>> = {
  'undici.request + p-retry + opossum': undiciRetry,
  'undici.request + cockatiel': undiciCockatiel,
  'undici interceptors + cockatiel': undiciComposed,
  'smithy, eight layers': smithyStack,
  '@azure/core-rest-pipeline, its pipeline': azureStack,
  'ky, hooks + retry': kyStack,
  'axios + axios-retry + opossum': axiosStack,
  'got, hooks + retry + opossum': gotOpossum,
  'seed: got + hooks + cookies + p-retry + opossum': seed,
}
