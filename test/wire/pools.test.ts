import { once } from 'node:events'
import { Secret, type TlsOptions, type WireOptions } from '@penstock/core'
import { beforeAll, expect, test } from 'vitest'
import { type Certificate, certificate } from '../support/certificates.ts'
import { serving, servingTls } from '../support/loopback.ts'
import { onBothTransports, over, settled } from '../support/transports.ts'

let own: Certificate
beforeAll(async () => {
  own = await certificate({ ip: '127.0.0.1' })
})

onBothTransports((make) => {
  /** Sockets that the server has seen after calls with these options, one after the other. */
  const socketsFor = async (...wires: readonly WireOptions[]) => {
    await using server = await servingTls(own)
    let at = 0
    await using http = over(make(), server.origin, [(call, next) => next(call.with({ wire: wires[at++]! }))])
    for (const _ of wires) {
      await (await http.get('/')).bytes()
      await settled()
    }
    return server.opened
  }

  const trusting = (tls: TlsOptions = {}): WireOptions => ({ tls: { ca: own.cert, ...tls } })

  test('calls of equal wire options share a socket, whoever made the options', async () => {
    expect(await socketsFor(trusting(), trusting(), { tls: Object.freeze({ ca: own.cert }) })).toBe(1)
  })

  test('calls that differ in them never do', async () => {
    const { cert, key } = own
    const wires = [
      trusting(),
      trusting({ minVersion: 'TLSv1.3' }),
      trusting({ maxVersion: 'TLSv1.2' }),
      trusting({ ca: [own.cert, own.cert] }),
      trusting({ cert, key }),
      trusting({ cert, key: new Secret('key', key), groups: 'P-256' }),
    ]
    expect(await socketsFor(...wires, ...wires)).toBe(wires.length)
  })

  test('the limits of a reply are no reason for another socket', async () => {
    expect(await socketsFor(trusting(), { ...trusting(), limits: { body: 1000 } })).toBe(1)
  })

  test('beyond pools, the idle one used longest ago is closed', async () => {
    await using first = await serving((_, response) => response.end('1'))
    await using second = await serving((_, response) => response.end('2'))
    await using third = await serving((_, response) => response.end('3'))
    await using http = over(make({ pools: 2 }), first.origin)
    const call = async (origin: string) => {
      await (await http.get(`${origin}/`)).bytes()
      await settled()
    }
    await call(first.origin)
    await call(second.origin)
    await call(first.origin)
    const [socket] = second.sockets
    await call(third.origin)
    if (!socket!.destroyed) await once(socket!, 'close')
    await call(first.origin)
    expect([first.opened, second.opened, third.opened]).toEqual([1, 1, 1])
  })

  test('a pool in use is not', async () => {
    const held = Promise.withResolvers<import('node:http').ServerResponse>()
    await using busy = await serving((_, response) => held.resolve(response))
    await using other = await serving((_, response) => response.end('ok'))
    await using http = over(make({ pools: 1 }), busy.origin)
    const call = http.get('/')
    const response = await held.promise
    await (await http.get(`${other.origin}/`)).bytes()
    response.end('still here')
    expect(await (await call).text()).toBe('still here')
  })

  test.each([{ connections: 0 }, { connections: 1.5 }, { keepAlive: -1 }, { connectTimeout: NaN }, { pools: 0 }])(
    '%o is refused when the transport is made',
    (options) => {
      expect(() => make(options)).toThrow(expect.objectContaining({ name: 'ConfigError', code: 'CONFIG_INVALID' }))
    },
  )

  test('the plan names what was changed', () => {
    expect([make().about, make({ connections: 8 }).about]).toEqual(['', '8 sockets'])
  })
})
