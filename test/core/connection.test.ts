/** What is kept of a connection, by what sockets tell of it. Real ones: `test/wire/timeline`. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Connection } from '../../packages/core/src/recorder/connection.ts'

let now = 0
beforeEach(() => {
  now = 100
  vi.spyOn(performance, 'now').mockImplementation(() => now)
})
afterEach(() => vi.restoreAllMocks())

const ends = { remoteAddress: '192.0.2.7', remotePort: 443, localPort: 50_000 }

/** A socket that shows of its handshake what `shown` says. */
const tlsSocket = (shown: { readonly protocol?: string }): any => ({
  getPeerCertificate: () => ({}),
  getProtocol: () => shown.protocol ?? null,
  getEphemeralKeyInfo: () => null,
  getCipher: () => undefined,
  isSessionReused: () => true,
  alpnProtocol: false,
  servername: false,
})

it('counts connections, and begins when it is made', () => {
  const [one, two] = [new Connection(), new Connection()]
  expect([two.id - one.id, one.startedAt, one.uses, one.secured, one.tries]).toEqual([1, 100, 0, false, []])
})

describe('the addresses of a connection', () => {
  it('are told with when they were tried and what came of it, and end the look at the name', () => {
    const connection = new Connection()
    now = 110
    connection.tried('2001:db8::7', 6)
    now = 120
    connection.tried('192.0.2.7', 4)
    connection.failed('192.0.2.7', 'ECONNREFUSED')
    connection.failed('2001:db8::7', undefined)
    connection.failed('192.0.2.99', 'ECONNREFUSED')
    expect([connection.lookedUpAt, connection.tries]).toEqual([
      110,
      [
        { address: '2001:db8::7', family: 6, at: 110, code: 'unknown' },
        { address: '192.0.2.7', family: 4, at: 120, code: 'ECONNREFUSED' },
      ],
    ])
  })

  it('that are tried twice fail once each', () => {
    const connection = new Connection()
    for (const code of ['ECONNREFUSED', 'ETIMEDOUT']) {
      connection.tried('192.0.2.7', 4)
      connection.failed('192.0.2.7', code)
    }
    expect(connection.tries.map(({ code }) => code)).toEqual(['ECONNREFUSED', 'ETIMEDOUT'])
  })

  it('are those of the socket that opened first, or of the one that leaves the process for it', () => {
    const own = new Connection()
    now = 130
    own.opened({ ...ends })
    now = 140
    own.opened({ remoteAddress: '192.0.2.99', remotePort: 1, localPort: 2 })
    expect([own.connectedAt, own.address, own.port, own.localPort]).toEqual([130, '192.0.2.7', 443, 50_000])

    const taped = new Connection()
    taped.opened({ remoteAddress: '127.0.0.1', remotePort: 1, localPort: 2 }, ends)
    expect([taped.address, taped.port, taped.localPort]).toEqual(['192.0.2.7', 443, 50_000])
  })
})

describe('a connection', () => {
  it('is ready once, and does not fail after that', () => {
    const connection = new Connection()
    now = 150
    connection.ready()
    now = 900
    connection.ended()
    expect([connection.readyAt, connection.failedAt]).toEqual([150, undefined])
  })

  it('fails when it ends before it is ready', () => {
    const connection = new Connection()
    now = 150
    connection.ended()
    expect([connection.readyAt, connection.failedAt]).toEqual([undefined, 150])
  })

  it('keeps what the handshake showed, though the socket shows nothing later', () => {
    const connection = new Connection()
    connection.shown(tlsSocket({}))
    expect(connection.tls).toBeUndefined()
    connection.shown(tlsSocket({ protocol: 'TLSv1.3' }))
    const shown = connection.tls
    connection.shown(tlsSocket({}))
    expect([shown?.protocol, connection.tls]).toEqual(['TLSv1.3', shown])
  })
})

describe('the bytes of a handshake', () => {
  const secured = (counting: object) => Object.assign({ ...ends }, { _handle: { _parent: counting } })

  it.each(['ready', 'ended'] as const)('grow until the connection has %s, and not with what is sent on it', (over) => {
    const counting = { bytesRead: 0, bytesWritten: 517 }
    const connection = new Connection()
    connection.opened(secured(counting))
    expect(connection.handshake).toEqual({ sent: 517, received: 0 })
    counting.bytesRead = 4000
    connection[over]()
    counting.bytesRead = counting.bytesWritten = 1_000_000
    expect(connection.handshake).toEqual({ sent: 517, received: 4000 })
  })

  it.each<[string, object]>([
    ['a socket without a handle', {}],
    ['a socket that is gone', { _handle: null }],
    ['a socket without TLS', { _handle: {} }],
    ['a handle that does not count what it reads', { _handle: { _parent: { bytesWritten: 1 } } }],
    ['a handle that does not count what it writes', { _handle: { _parent: { bytesRead: 1 } } }],
  ])('are not told of %s', (_, socket) => {
    const connection = new Connection()
    connection.opened(Object.assign({ ...ends }, socket))
    expect(connection.handshake).toBeUndefined()
  })
})
