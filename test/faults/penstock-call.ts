import { client, flightOf, type Flight, type Level, pipeline, type Stackable, slots } from '@penstock/core'
import { conclude, type Conclusion } from '@penstock/core/diagnose'
import type { gotTransport } from '@penstock/core/got'
import type { undiciTransport } from '@penstock/core/undici'
import { hosts, proxy, proxyFromEnv, redirect, retry, status, timeout, tls } from '@penstock/middleware'
import type { Setting } from './fault.ts'

export type Called = {
  /** Undefined when it went well. */
  readonly error: unknown
  readonly flight: Flight | undefined
  readonly conclusion: Conclusion | undefined
}

/** Makes the call of a setting, and says what came of it. @param diagnose how much is kept */
export async function penstockCall(
  make: typeof undiciTransport | typeof gotTransport,
  setting: Setting,
  diagnose: Level = 'errors',
): Promise<Called> {
  const { origin, path = '/', method = 'GET', headers, bytes, clock, warmUps = 0, holds, blocks, endpoint } = setting
  await using http = client({
    pipeline: pipeline(layersOf(setting) as [], make(setting.transport)),
    origin,
    chance: () => 0.9,
    diagnose,
    ...(headers && { headers }),
    ...(clock && { clock }),
  })
  const controller = new AbortController()
  const options = { ...setting.request, ...(setting.aborts && { signal: controller.signal }) }
  const call = async () =>
    endpoint === undefined
      ? (await http.send({ ...options, method, path, ...(bytes && { body: bytes }) })).json()
      : http.call(endpoint.to, endpoint.input, options)
  for (let made = 0; made < warmUps; made++) await call()
  // a socket is free in the turn after its last byte
  for (let turn = 0; turn < 4; turn++) await new Promise(setImmediate)
  if (holds !== undefined) await held(http.get(holds.path, { layers: { timeout: { after: 10_000 } } }), holds.taken)
  await setting.before?.(http)
  const calling = settledCall(call())
  if (setting.aborts) setTimeout(() => controller.abort(new Error('enough')), 30)
  if (blocks !== undefined) setTimeout(() => standStill(blocks), 20)
  const error = await calling
  const flight = flightOf(error)
  const finished = { error, flight, conclusion: flight && conclude(flight) }
  await http.close({ within: 0 })
  return finished
}

export function layersOf(setting: Setting): Stackable[] {
  const { layers = () => [], timeout: after, tls: secure, proxy: by, env, follows, retries, pins } = setting
  const all = [
    ...layers(),
    ...(retries === undefined ? [] : [retry({ retries, delay: 1 })]),
    ...(pins === undefined ? [] : [hosts({ addresses: pins })]),
    status(),
    ...(after === undefined ? [] : [timeout({ after })]),
    ...(secure === undefined ? [] : [tls(secure)]),
    ...(follows ? [redirect()] : []),
    ...(by === undefined
      ? []
      : [proxy(by.url, by.user === undefined ? {} : { user: by.user, password: by.password! })]),
    ...(env === undefined ? [] : [proxyFromEnv({ env })]),
  ]
  const place = (one: Stackable) => slots.indexOf((one as { slot: (typeof slots)[number] }).slot)
  return all.toSorted((one, other) => place(one) - place(other))
}

const settledCall = (calling: Promise<unknown>): Promise<unknown> =>
  calling.then(
    () => undefined,
    (error: unknown) => error,
  )

/** It has come to the server, and nobody waits for it. */
export async function held(calling: Promise<unknown>, taken: () => number): Promise<void> {
  const before = taken()
  const over = settledCall(calling).then(() => true)
  const turn = () => new Promise<boolean>((resolve) => setImmediate(resolve, false))
  while (taken() === before && !(await Promise.race([over, turn()])));
}

export function standStill(milliseconds: number): void {
  const until = performance.now() + milliseconds
  while (performance.now() < until);
}
