/** What axios' own options ask for, over a stack. */
import { text } from 'node:stream/consumers'
import { explain, pipeline, type Stackable } from '@penstock/core'
import { axiosAdapter, type AxiosAdapterOptions } from '@penstock/core/axios'
import { virtualClock } from '@penstock/core/testing'
import { redirect, retry, status } from '@penstock/middleware'
import { type AxiosProgressEvent, type AxiosRequestConfig, create } from 'axios'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

onBothTransports((make) => {
  const over = (layers: readonly Stackable[] = [], options: AxiosAdapterOptions = {}) =>
    create({ adapter: axiosAdapter(pipeline([...layers], make()), options) })
  const failing = (url: string, config: AxiosRequestConfig = {}, layers: readonly Stackable[] = []) =>
    over(layers)
      .get(url, config)
      .catch((error: unknown) => error)

  test('auth becomes basic authorization in place of a header, and so does the user of a URL', async () => {
    await using server = await serving(({ headers }, response) => response.end(headers.authorization))
    const said = async (url: string, config: AxiosRequestConfig) => {
      const { data } = await over().get(url, config)
      const [scheme, value] = data.split(' ')
      return `${scheme} ${Buffer.from(value, 'base64').toString()}`
    }
    const auth = { username: 'ann', password: 'pä:ss' }
    const user = server.origin.replace('//', '//a%40b:50%25@')
    expect([
      await said(server.origin, { auth, headers: { Authorization: 'Bearer other' } }),
      await said(user, {}),
      await said(user, { auth }),
    ]).toEqual(['Basic ann:pä:ss', 'Basic a@b:50%', 'Basic ann:pä:ss'])
  })

  test('the password of auth is in no ledger and no message', async () => {
    await using server = await serving(({ socket }) => socket.destroy())
    const auth = { username: 'ann', password: 'hunter2' }
    const error = (await failing(server.origin, { auth })) as Error
    const told = error.message + String(error.cause) + explain(error) + JSON.stringify(error.cause)
    const sent = Buffer.from('ann:hunter2').toString('base64')
    expect([told.includes('GET'), told.includes('hunter2'), told.includes(sent)]).toEqual([true, false, false])
  })

  test('a body of more than maxContentLength bytes is cut, whole or streamed, and one of as many comes', async () => {
    await using server = await serving((_, response) => response.end('12345'))
    const wrong = { code: 'ERR_BAD_RESPONSE', message: 'maxContentLength size of 4 exceeded' }
    expect(await failing(server.origin, { maxContentLength: 4 })).toMatchObject(wrong)
    const { data } = await over().get(server.origin, { maxContentLength: 4, responseType: 'stream' })
    await expect(text(data)).rejects.toMatchObject(wrong)
    expect(await failing(server.origin, { maxContentLength: 5 })).toMatchObject({ data: 12_345 })
  })

  test('a form of the standard carries the boundary of its parts', async () => {
    await using server = await serving(async (request, response) => {
      const sent = await text(request)
      const boundary = /boundary=(.*)/.exec(request.headers['content-type']!)![1]!
      response.end(JSON.stringify({ parts: sent.split(`--${boundary}`).length - 2 }))
    })
    const form = new FormData()
    form.set('a', '1')
    form.set('b', new Blob(['2']))
    expect((await over().post(server.origin, form)).data).toEqual({ parts: 2 })
  })

  test('uploads tell their beginning and their end, not every piece', async () => {
    await using server = await serving(async (request, response) => {
      await text(request)
      response.end()
    })
    const events: AxiosProgressEvent[] = []
    const onUploadProgress = (event: AxiosProgressEvent) => events.push(event)
    await over([], { clock: virtualClock() }).post(server.origin, Buffer.alloc(262_144), { onUploadProgress })
    const common = { total: 262_144, lengthComputable: true, upload: true }
    expect(events).toEqual([
      { ...common, loaded: 65_536, bytes: 65_536, progress: 0.25 },
      { ...common, loaded: 262_144, bytes: 196_608, progress: 1 },
    ])
  })

  test.each(['json', 'stream'] as const)('downloads as %s tell how far they are and how fast', async (responseType) => {
    const clock = virtualClock()
    const first = Promise.withResolvers<void>()
    await using server = await serving(async (_, response) => {
      response.writeHead(200, { 'content-length': 10 }).write('"234')
      await first.promise
      await clock.advance(2000)
      response.end('56789"')
    })
    const events: AxiosProgressEvent[] = []
    const onDownloadProgress = (event: AxiosProgressEvent) => {
      events.push(event)
      first.resolve()
    }
    const { data } = await over([], { clock }).get(server.origin, { onDownloadProgress, responseType })
    if (responseType === 'stream') await text(data)
    const common = { total: 10, lengthComputable: true, download: true }
    expect(events).toEqual([
      { ...common, loaded: 4, bytes: 4, progress: 0.4 },
      { ...common, loaded: 10, bytes: 6, progress: 1, rate: 3, estimated: 0 },
    ])
  })

  test('progress begins anew with the attempt that sends again', async () => {
    let count = 0
    await using server = await serving(async (request, response) => {
      await text(request)
      response.writeHead(++count === 1 ? 503 : 200).end()
    })
    const loaded: number[] = []
    const onUploadProgress = (event: AxiosProgressEvent) => loaded.push(event.loaded, event.bytes)
    await over([retry({ delay: 0 }), status()]).put(server.origin, 'body', { onUploadProgress })
    expect(loaded).toEqual([4, 4, 4, 4])
  })

  test('a listener of progress that throws breaks nothing', async () => {
    await using server = await serving((_, response) => response.end('{"ok":true}'))
    const onDownloadProgress = () => {
      throw new Error('of the listener')
    }
    expect((await over().get(server.origin, { onDownloadProgress })).data).toEqual({ ok: true })
  })

  test('maxRedirects 0 leaves a redirect to the caller, and validateStatus says what it is', async () => {
    await using server = await serving(({ url }, response) =>
      url === '/a' ? response.writeHead(302, { location: '/b' }).end() : response.end('"b"'),
    )
    const layers = [status(), redirect()]
    const url = `${server.origin}/a`
    expect(await failing(url, {}, layers)).toMatchObject({ status: 200, data: 'b' })
    expect(await failing(url, { maxRedirects: 0 }, layers)).toMatchObject({
      code: 'ERR_BAD_RESPONSE',
      response: { status: 302 },
    })
    const found = await failing(url, { maxRedirects: 0, validateStatus: (code) => code === 302 }, layers)
    expect(found).toMatchObject({ status: 302, headers: { location: '/b' } })
    expect(await failing(url, { maxRedirects: 0, validateStatus: null }, layers)).toMatchObject({ status: 302 })
  })

  test('a custom validateStatus turns down what others take, and the response is explained', async () => {
    await using server = await serving((_, response) => response.writeHead(201).end())
    const error = await failing(server.origin, { validateStatus: (code) => code === 200 })
    expect(error).toMatchObject({ code: 'ERR_BAD_RESPONSE', status: 201 })
    expect(explain(error)).toContain('201')
    expect(explain(await over().get(server.origin))).toContain('201')
  })
})
