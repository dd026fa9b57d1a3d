/** What ends a call of axios early, and that nothing of it is left. */
import { getEventListeners, once } from 'node:events'
import type { Readable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { pipeline } from '@penstock/core'
import { axiosAdapter } from '@penstock/core/axios'
import { virtualClock } from '@penstock/core/testing'
import { type AxiosRequestConfig, type CancelToken, create, isCancel } from 'axios'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

// the types know it as a member of the default alone
const { CancelToken: Token } = (await import('axios')).default

/** How many wait for a token; axios keeps them where nobody else looks. */
const waiting = (token: CancelToken) => (Reflect.get(token, '_listeners') as unknown[] | null)?.length ?? 0

/** A head and half a body, and word of the connection's end. */
async function halfway() {
  const gone = Promise.withResolvers<void>()
  const server = await serving((_, response) => {
    response.once('close', gone.resolve).writeHead(200, { 'content-length': 10 }).write('12345')
  })
  return { server, gone: gone.promise }
}

onBothTransports((make) => {
  const over = (clock = virtualClock()) => ({
    clock,
    http: create({ adapter: axiosAdapter(pipeline([], make()), { clock }) }),
  })

  /** A stream, its first piece read. */
  async function begun(origin: string, config: AxiosRequestConfig, clock = virtualClock()) {
    const { data } = await over(clock).http.get<Readable>(origin, { ...config, responseType: 'stream' })
    expect(String((await once(data, 'data'))[0])).toBe('12345')
    return {
      broken: once(data, 'error').then(
        ([error]) => error as unknown,
        (error: unknown) => error,
      ),
      data,
      clock,
    }
  }

  test('a token cancels a call with its own reason', async () => {
    const asked = Promise.withResolvers<void>()
    await using server = await serving(() => asked.resolve())
    const { token, cancel } = Token.source()
    const error = over()
      .http.get(server.origin, { cancelToken: token })
      .catch((error: unknown) => error)
    await asked.promise
    cancel('no longer wanted')
    expect(await error).toBe(token.reason)
    expect(await error).toMatchObject({ message: 'no longer wanted', code: 'ERR_CANCELED' })
  })

  test('a call that settles, well or not, leaves the token, the signal and the clock', async () => {
    await using server = await serving(({ url, socket }, response) => {
      if (url === '/gone') socket.destroy()
      else response.writeHead(url === '/404' ? 404 : 200).end('body')
    })
    const { token } = Token.source()
    const { signal } = new AbortController()
    const { http, clock } = over()
    for (const path of ['/', '/404', '/gone'])
      await http.get(server.origin + path, { cancelToken: token, signal, timeout: 1000 }).catch(() => {})
    expect([waiting(token), getEventListeners(signal, 'abort').length, clock.timers]).toEqual([0, 0, 0])
  })

  test('a stream that was read to its end leaves them too', async () => {
    await using server = await serving((_, response) => response.end('body'))
    const { token } = Token.source()
    const { signal } = new AbortController()
    const { http, clock } = over()
    const config = { cancelToken: token, signal, timeout: 1000, responseType: 'stream' } as const
    const { data } = await http.get<Readable>(server.origin, config)
    expect([waiting(token), getEventListeners(signal, 'abort').length, clock.timers]).toEqual([1, 1, 1])
    const closed = once(data, 'close')
    expect(await text(data)).toBe('body')
    await closed
    expect([waiting(token), getEventListeners(signal, 'abort').length, clock.timers]).toEqual([0, 0, 0])
  })

  test('an abort breaks a stream that has begun, and its connection', async () => {
    const { server, gone } = await halfway()
    await using _ = server
    const aborting = new AbortController()
    const { broken } = await begun(server.origin, { signal: aborting.signal })
    aborting.abort()
    expect(isCancel(await broken)).toBe(true)
    await gone
  })

  test('a token breaks a stream that has begun, with its own reason', async () => {
    const { server, gone } = await halfway()
    await using _ = server
    const { token, cancel } = Token.source()
    const { broken } = await begun(server.origin, { cancelToken: token })
    cancel('enough')
    expect(await broken).toBe(token.reason)
    await gone
  })

  test('a timeout breaks a stream that has begun, and leaves no timer', async () => {
    const { server, gone } = await halfway()
    await using _ = server
    const { broken, clock } = await begun(server.origin, { timeout: 1000 })
    await clock.advance(999)
    await clock.advance(1)
    expect(await broken).toMatchObject({ code: 'ECONNABORTED', message: 'timeout of 1000ms exceeded' })
    await gone
    expect(clock.timers).toBe(0)
  })

  test('an abort breaks a stream whose bytes are all here and unread', async () => {
    await using server = await serving((_, response) => response.end('body'))
    const aborting = new AbortController()
    const { signal } = aborting
    const { data } = await over().http.get<Readable>(server.origin, { signal, responseType: 'stream' })
    const broken = once(data, 'close').catch((error: unknown) => error)
    aborting.abort()
    expect(isCancel(await broken)).toBe(true)
  })

  test('a stream whose connection breaks gives an AxiosError with ours as its cause', async () => {
    await using server = await serving((_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('12345', () => response.destroy())
    })
    const { data } = await over().http.get<Readable>(server.origin, { responseType: 'stream' })
    await expect(text(data)).rejects.toMatchObject({ code: 'ERR_NETWORK', cause: { verdict: 'network' } })
  })

  test('a stream that is let go of lets go of its connection and its bounds', async () => {
    const { server, gone } = await halfway()
    await using _ = server
    const { token } = Token.source()
    const { data } = await begun(server.origin, { cancelToken: token })
    data.destroy()
    await gone
    expect(waiting(token)).toBe(0)
  })
})
