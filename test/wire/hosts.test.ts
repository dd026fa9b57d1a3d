import type { TLSSocket } from 'node:tls'
import { hosts, proxy, tls } from '@penstock/middleware'
import { beforeAll, expect, test } from 'vitest'
import { type Certificate, certificate } from '../support/certificates.ts'
import { serving, servingTls } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

let own: Certificate
beforeAll(async () => {
  own = await certificate({ name: 'api.invalid' })
})

onBothTransports((make) => {
  const named = () =>
    servingTls(own, (request, response) =>
      response.end(`${(request.socket as TLSSocket).servername} ${request.headers.host}`),
    )

  test('a pinned host keeps its name for SNI, for Host and for the certificate', async () => {
    await using server = await named()
    const layers = [hosts({ addresses: { 'api.invalid': '127.0.0.1' } }), tls({ ca: own.cert })]
    await using http = over(make(), `https://api.invalid:${server.port}`, layers)
    expect(await (await http.get('/')).text()).toBe(`api.invalid api.invalid:${server.port}`)
    await settled()
    await (await http.get('/')).bytes()
    expect(server.opened).toBe(1)
  })

  test('a pinned host with the certificate of another is refused', async () => {
    await using server = await named()
    const layers = [hosts({ addresses: { 'other.invalid': '127.0.0.1' } }), tls({ ca: own.cert })]
    await using http = over(make(), `https://other.invalid:${server.port}`, layers)
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'TLS_NAME' })
  })

  test('an address that refuses is followed by the next, of either family', async () => {
    await using server = await serving((_, response) => response.end('here'))
    const addresses = ['::1', '127.0.0.2', '127.0.0.1']
    await using http = over(make(), `http://api.invalid:${server.port}`, [
      hosts({ addresses: { 'api.invalid': addresses } }),
    ])
    expect(await (await http.get('/')).text()).toBe('here')
  })

  test('a host that refuses at every address is one that refuses', async () => {
    const gone = await serving(() => {})
    await gone[Symbol.asyncDispose]()
    const layers = [hosts({ addresses: { 'api.invalid': ['127.0.0.1', '127.0.0.2'] } })]
    await using http = over(make(), `http://api.invalid:${gone.port}`, layers)
    expect(await http.outcome({ path: '/' })).toMatchObject({
      code: 'CONNECTION_REFUSED',
      phase: 'connect',
      sent: 'none',
    })
  })

  test('calls that are pinned elsewhere never share a socket', async () => {
    await using server = await serving((_, response) => response.end())
    const turns = ['127.0.0.1', undefined, '127.0.0.1']
    await using http = over(make(), `http://localhost:${server.port}`, [hosts({ addresses: () => turns.shift() })])
    for (let count = 0; count < 3; count++) {
      await (await http.get('/')).bytes()
      await settled()
    }
    expect(server.opened).toBe(2)
  })

  test('the resolver is asked once, sockets are kept beyond its answer, and new ones follow it', async () => {
    await using server = await serving((request, response) => {
      if (request.url === '/close') response.setHeader('connection', 'close')
      response.end(request.socket.localAddress)
    })
    const answers = ['127.0.0.1', '127.0.0.2']
    let asked = 0
    const resolve = async () => ({ addresses: [answers[Math.min(asked++, 1)]!] })
    await using http = over(make(), `http://api.invalid:${server.port}`, [
      hosts({ cache: { resolve, minTtl: 0, maxTtl: 1 } }),
    ])
    const call = async (path: string) => {
      const reply = await (await http.get(path)).text()
      await new Promise((passed) => setTimeout(passed, 5))
      return reply
    }
    expect([await call('/'), await call('/close'), asked, server.opened]).toEqual(['127.0.0.1', '127.0.0.1', 2, 1])
    expect(await http.outcome({ path: '/' })).toMatchObject({ code: 'CONNECTION_REFUSED' })
  })

  test('through a tunnel the proxy is asked for the pinned address; http through a proxy is refused', async () => {
    await using server = await named()
    await using through = await proxying()
    const layers = [proxy(through.origin), hosts({ addresses: { 'api.invalid': '127.0.0.1' } }), tls({ ca: own.cert })]
    await using http = over(make(), `https://api.invalid:${server.port}`, layers)
    expect(await (await http.get('/')).text()).toBe(`api.invalid api.invalid:${server.port}`)
    expect(through.asked.map(({ line }) => line)).toEqual([`CONNECT 127.0.0.1:${server.port}`])
    expect(await http.outcome({ path: 'http://api.invalid/' })).toMatchObject({ code: 'REQUEST_INVALID', sent: 'none' })
    expect(through.asked.length).toBe(1)
  })
})
