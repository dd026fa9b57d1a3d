import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { CallError } from '@penstock/core'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

/** A server that holds every answer until it is asked for one. */
function holding() {
  const held: { readonly path: string; readonly response: ServerResponse }[] = []
  let came: (() => void) | undefined
  const until = async (count: number) => {
    while (held.length < count) await new Promise<void>((resolve) => (came = resolve))
    return held
  }
  return {
    held,
    until,
    serve: (request: { readonly url?: string | undefined }, response: ServerResponse) => {
      held.push({ path: request.url!, response })
      came?.()
    },
  }
}

onBothTransports((make) => {
  test('calls beyond the connections wait, the longest first', async () => {
    const { held, until, serve } = holding()
    await using server = await serving(serve)
    await using http = over(make({ connections: 2 }), server.origin)
    const calls = Array.from({ length: 7 }, (_, number) => http.get(`/${number}`))
    for (let answered = 0; answered < 7; answered++) {
      await until(Math.min(7, answered + 2))
      held[answered]!.response.end(String(answered))
      await calls[answered]
    }
    expect(held.map(({ path }) => path)).toEqual(['/0', '/1', '/2', '/3', '/4', '/5', '/6'])
    expect(server.opened).toBe(2)
  })

  test('who leaves while waiting is never sent, and the others keep their order', async () => {
    const { held, until, serve } = holding()
    await using server = await serving(serve)
    await using http = over(make({ connections: 1 }), server.origin)
    const leaving = new AbortController()
    const calls = Array.from({ length: 9 }, (_, number) =>
      http.get(`/${number}`, number % 2 === 1 ? { signal: leaving.signal } : {}),
    )
    await until(1)
    const left = Promise.allSettled(calls.filter((_, number) => number % 2 === 1))
    leaving.abort(new Error('enough'))
    expect((await left).map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected', 'rejected'])
    for (let answered = 0; answered < 5; answered++) (await until(answered + 1))[answered]!.response.end('ok')
    await Promise.all(calls.filter((_, number) => number % 2 === 0))
    expect(held.map(({ path }) => path)).toEqual(['/0', '/2', '/4', '/6', '/8'])
    expect(server.opened).toBe(1)
  })

  test('a call that ends what another waits for does not end the other', async () => {
    const { held, until, serve } = holding()
    await using server = await serving(serve)
    await using http = over(make({ connections: 1 }), server.origin)
    const leaving = new AbortController()
    const first = http.get('/first', { signal: leaving.signal })
    const second = http.get('/second')
    await until(1)
    leaving.abort()
    await expect(first).rejects.toThrow('This operation was aborted')
    const [, { response }] = (await until(2)) as never as [unknown, { readonly response: ServerResponse }]
    response.end('second')
    expect(await (await second).text()).toBe('second')
    expect(held.map(({ path }) => path)).toEqual(['/first', '/second'])
  })

  test('a call made within the end of another’s body shares no connection with it before it is free', async () => {
    await using server = await serving((request, response) => response.end(request.url))
    await using http = over(make({ connections: 3 }), server.origin)
    const texts: string[] = []
    const chase = async (name: string) => {
      for (let number = 0; number < 20; number++) texts.push(await (await http.get(`/${name}${number}`)).text())
    }
    await Promise.all([chase('a'), chase('b'), chase('c'), chase('d'), chase('e')])
    expect(texts.toSorted()).toEqual(
      ['a', 'b', 'c', 'd', 'e']
        .flatMap((name) => Array.from({ length: 20 }, (_, number) => `/${name}${number}`))
        .toSorted(),
    )
    expect(server.opened).toBeLessThanOrEqual(3)
  })

  test('a connection that could not be made leaves its place to the next call', async () => {
    await using server = await serving((_, response) => response.end('ok'))
    const [host, port] = server.origin.split(/:(?=\d+$)/)
    await using http = over(make({ connections: 1 }), `${host}:${port === '9' ? '7' : '9'}`)
    for (let time = 0; time < 3; time++)
      await expect(http.get('/')).rejects.toThrow(expect.objectContaining({ code: 'CONNECTION_REFUSED' }) as CallError)
  })

  test('one with a socket is used before one without', async () => {
    const { held, until, serve } = holding()
    await using server = await serving(serve)
    await using http = over(make({ connections: 4 }), server.origin)
    const leaving = new AbortController()
    const kept = http.get('/kept')
    const cut = http.get('/cut', { signal: leaving.signal })
    await until(2)
    held[0]!.response.end()
    await (await kept).bytes()
    leaving.abort()
    await expect(cut).rejects.toThrow('This operation was aborted')
    await settled()
    const again = http.get('/again')
    ;(await until(3))[2]!.response.end()
    await (await again).bytes()
    expect(server.opened).toBe(2)
  })

  test('so is one that the server has not closed', async () => {
    await using server = await serving((request, response) => {
      if (request.url === '/last') response.setHeader('connection', 'close')
      response.end('ok')
    })
    await using http = over(make({ connections: 4 }), server.origin)
    await Promise.all([http.get('/'), http.get('/')])
    await settled()
    await Promise.all([http.get('/'), http.get('/last')])
    await settled()
    for (let time = 0; time < 3; time++) await http.get('/')
    expect(server.opened).toBe(2)
  })

  test('an answer that closes its connection costs the next call another, and no failure', async () => {
    await using server = await serving((_, response) => response.setHeader('connection', 'close').end('ok'))
    await using http = over(make({ connections: 1 }), server.origin)
    for (let time = 0; time < 3; time++) expect(await (await http.get('/')).text()).toBe('ok')
    expect(server.opened).toBe(3)
  })

  test('a transport that is closed ends what waits for a connection', async () => {
    const { until, serve } = holding()
    await using server = await serving(serve)
    const transport = make({ connections: 1 })
    const http = over(transport, server.origin)
    const calls = [http.outcome({ path: '/' }), http.outcome({ path: '/waits' })]
    await until(1)
    const [closing] = server.sockets
    await transport.close?.()
    expect((await Promise.all(calls)).map((outcome) => outcome.verdict)).toEqual(['network', 'network'])
    if (!closing!.destroyed) await once(closing!, 'close')
  })
})
