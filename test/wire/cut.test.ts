import { getEventListeners, once } from 'node:events'
import { ledgerOf } from '@penstock/core'
import { expect, test } from 'vitest'
import { serving, servingBytes } from '../support/loopback.ts'
import { onBothTransports, over, within } from '../support/transports.ts'

const endless = async function* () {
  for (;;) yield Buffer.alloc(65_536)
}

onBothTransports((make) => {
  const aborted = async (call: Promise<unknown>) => {
    const error = await call.then(
      () => 'it went well',
      (reason: unknown) => reason,
    )
    const trip = ledgerOf(error)?.trips[0]
    return { error, at: trip && { code: trip.code, phase: trip.phase, sent: trip.sent } }
  }

  test('an abort before anything is sent opens no socket, and its own reason comes out', async () => {
    await using server = await serving((_, response) => response.end())
    await using http = over(make(), server.origin)
    const reason = new Error('changed my mind')
    expect(await aborted(http.get('/', { signal: AbortSignal.abort(reason) }))).toEqual({
      error: reason,
      at: undefined,
    })
    expect(server.opened).toBe(0)
  })

  test('an abort in the turn of the call leaves no socket behind', async () => {
    await using server = await serving((_, response) => response.end())
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const call = aborted(http.get('/', { signal: controller.signal }))
    controller.abort('at once')
    expect((await call).error).toBe('at once')
    // the next one finds a transport that works, and its socket is the only one
    await (await http.get('/')).bytes()
    expect(server.sockets.size).toBe(1)
  })

  test('an abort while connecting gives the half-made connection up', async () => {
    await using server = await servingBytes(() => {}, 'https')
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const call = aborted(http.get('/', { signal: controller.signal }))
    while (server.sockets.size === 0) await new Promise(setImmediate)
    const [socket] = server.sockets
    const reason = { mine: true }
    controller.abort(reason)
    expect(await call).toEqual({ error: reason, at: { code: 'CANCELLED', phase: 'tls', sent: 'none' } })
    socket!.resume()
    await once(socket!, 'end')
  })

  test('an abort while sending says that a part was sent', async () => {
    await using server = await servingBytes((socket) => socket.pause())
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const reason = new Error('enough')
    let bytes = 0
    const call = aborted(
      http.post('/', {
        body: endless,
        signal: controller.signal,
        onUpload: (progress) => {
          bytes = progress.bytes
          if (bytes >= 262_144) controller.abort(reason)
        },
      }),
    )
    expect(await call).toEqual({ error: reason, at: { code: 'CANCELLED', phase: 'send', sent: 'part' } })
  })

  test('an abort while waiting for the answer says that all was sent, and the peer sees the socket close', async () => {
    const heard = Promise.withResolvers<void>()
    await using server = await serving(() => heard.resolve())
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const call = aborted(http.get('/', { signal: controller.signal }))
    await heard.promise
    const [socket] = server.sockets
    const reason = new Error('too slow')
    controller.abort(reason)
    expect(await call).toEqual({ error: reason, at: { code: 'CANCELLED', phase: 'wait', sent: 'all' } })
    await once(socket!, 'close')
  })

  test('an abort in the middle of a body ends the read with its own reason', async () => {
    await using server = await serving((_, response) => response.write('{'))
    await using http = over(make(), server.origin)
    const controller = new AbortController()
    const reply = await http.get('/', { signal: controller.signal })
    const [socket] = server.sockets
    const read = reply.bytes().catch((reason: unknown) => reason)
    const reason = new Error('no more')
    controller.abort(reason)
    expect(await read).toBe(reason)
    await once(socket!, 'close')
  })

  test('the reason of an AbortSignal.timeout() comes out as it is', async () => {
    await using server = await serving(() => {})
    await using http = over(make(), server.origin)
    const signal = AbortSignal.timeout(20)
    const { error } = await aborted(http.get('/', { signal }))
    expect(error).toBe(signal.reason)
  })

  test('a deadline strikes while the answer is awaited', async () => {
    await using server = await serving(() => {})
    await using http = over(make(), server.origin, [within(30)])
    const error = await http.get('/').catch((error: unknown) => error)
    expect(error).toMatchObject({ code: 'CALL_DEADLINE', verdict: 'late', phase: 'wait', sent: 'all' })
  })

  test('a deadline strikes inside a body that stalls', async () => {
    await using server = await serving((_, response) => response.write('{'))
    await using http = over(make(), server.origin, [within(60)])
    const reply = await http.get('/')
    const [socket] = server.sockets
    await expect(reply.text()).rejects.toMatchObject({ code: 'CALL_DEADLINE', phase: 'receive', sent: 'all' })
    await once(socket!, 'close')
  })

  test('a deadline strikes inside a stalled body that is read in pieces', async () => {
    await using server = await serving((_, response) => response.write('{'))
    await using http = over(make(), server.origin, [within(60)])
    const reply = await http.get('/', { stream: true })
    const pieces: string[] = []
    const reading = (async () => {
      for await (const piece of reply.stream()) pieces.push(Buffer.from(piece).toString())
    })()
    await expect(reading).rejects.toMatchObject({ code: 'CALL_DEADLINE' })
    expect(pieces).toEqual(['{'])
  })

  test('a call that was cut while it waited for a socket costs nobody else one', async () => {
    const held = Promise.withResolvers<import('node:http').ServerResponse>()
    let requests = 0
    await using server = await serving((_, response) => {
      if (++requests === 1) held.resolve(response)
      else response.end()
    })
    await using http = over(make({ connections: 1 }), server.origin)
    const first = http.get('/')
    const response = await held.promise
    const controller = new AbortController()
    const queued = aborted(http.get('/', { signal: controller.signal }))
    await new Promise(setImmediate)
    controller.abort('left')
    expect(await queued).toEqual({ error: 'left', at: undefined })
    response.end()
    await (await first).bytes()
    await (await http.get('/')).bytes()
    expect({ requests, opened: server.opened }).toEqual({ requests: 2, opened: 1 })
  })

  test('ten thousand calls on one signal leave no listener', { timeout: 60_000 }, async () => {
    await using server = await serving((_, response) => response.end('ok'))
    await using http = over(make({ connections: 8 }), server.origin)
    const { signal } = new AbortController()
    const call = async () => (await http.get('/', { signal })).bytes()
    for (let n = 0; n < 200; n++) await Promise.all(Array.from({ length: 50 }, call))
    expect(getEventListeners(signal, 'abort')).toEqual([])
  })
})
