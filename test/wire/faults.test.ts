import net from 'node:net'
import { Failure, flightOf } from '@penstock/core'
import { conclude } from '@penstock/core/diagnose'
import { expect, test } from 'vitest'
import { closedPort, onHead, servingBytes } from '../support/loopback.ts'
import { facts, onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  /** What comes of one GET of a server that does this to it. */
  const outcomeOf = async (listener: (socket: net.Socket) => void) => {
    await using server = await servingBytes(listener)
    await using http = over(make(), server.origin)
    const outcome = await http.outcome({ path: '/', repeatable: 'never' })
    if (outcome instanceof Failure) return facts(outcome)
    const body = await outcome.body.read()
    return body instanceof Failure ? facts(body) : { status: outcome.status, body: Buffer.from(body).toString() }
  }

  /** A port where nobody listens. */
  const fresh = { verdict: 'network', reusedSocket: false }

  test('a refused connection sent nothing', async () => {
    await using http = over(make(), `http://127.0.0.1:${await closedPort()}`)
    expect(facts((await http.outcome({ path: '/' })) as Failure)).toMatchObject({
      code: 'CONNECTION_REFUSED',
      verdict: 'network',
      phase: 'connect',
      sent: 'none',
    })
  })

  test('a name without an address sent nothing', async () => {
    await using http = over(make(), 'http://nowhere.invalid')
    const { code, phase, sent } = (await http.outcome({ path: '/' })) as Failure
    expect({ phase, sent }).toEqual({ phase: 'dns', sent: 'none' })
    // where there is no network, no name server answers
    expect(['DNS_NOT_FOUND', 'DNS_TIMEOUT']).toContain(code)
  })

  test('a connection that is not made in time is given up, to the millisecond', async () => {
    await using server = await servingBytes(() => {}, 'https')
    await using http = over(make({ connectTimeout: 300 }), server.origin)
    const from = performance.now()
    const outcome = (await http.outcome({ path: '/' })) as Failure
    const took = performance.now() - from
    expect(outcome).toMatchObject({
      code: 'CONNECT_TIMEOUT',
      because: 'no connection within 300 ms',
      phase: 'tls',
      sent: 'none',
    })
    expect(took).toBeLessThan(2_000)
  })

  test('a reset after the request', async () => {
    expect(await outcomeOf((socket) => onHead(socket, () => socket.resetAndDestroy()))).toEqual({
      ...fresh,
      code: 'CONNECTION_RESET',
      phase: 'wait',
      sent: 'all',
    })
  })

  test('a connection closed without an answer', async () => {
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end()))).toEqual({
      ...fresh,
      code: 'CONNECTION_CLOSED',
      phase: 'wait',
      sent: 'all',
    })
  })

  test.each([
    ['a body that breaks off', 'HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345'],
    ['chunks that break off', 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5\r\n12345\r\n'],
  ])('%s is truncated', async (_, reply) => {
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end(reply)))).toEqual({
      ...fresh,
      code: 'BODY_TRUNCATED',
      phase: 'receive',
      sent: 'all',
    })
  })

  test('a reset in the middle of a body is a truncated body', async () => {
    await using server = await servingBytes((socket) =>
      onHead(socket, () => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n12345')),
    )
    await using http = over(make(), server.origin)
    const reply = await http.get('/')
    const [socket] = server.sockets
    socket!.resetAndDestroy()
    await expect(reply.bytes()).rejects.toMatchObject({ code: 'BODY_TRUNCATED', phase: 'receive' })
  })

  test('a body that ends with its connection is whole', async () => {
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end('HTTP/1.1 200 OK\r\n\r\n12345')))).toEqual({
      status: 200,
      body: '12345',
    })
  })

  test.each([
    ['what is not HTTP', 'SSH-2.0-OpenSSH_9.2\r\n\r\n'],
    ['a head that is broken', 'HTTP/1.1 200 OK\r\nbad header\r\n\r\n'],
  ])('%s is no answer', async (_, reply) => {
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end(reply)))).toMatchObject({
      code: 'PROTOCOL',
      verdict: 'network',
      sent: 'all',
    })
  })

  test('a chunk that is broken', async () => {
    const reply = 'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nXYZ\r\n'
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end(reply)))).toMatchObject({
      code: 'PROTOCOL',
      phase: 'receive',
    })
  })

  test('an interim answer is passed over', async () => {
    const reply = 'HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'
    expect(await outcomeOf((socket) => onHead(socket, () => socket.end(reply)))).toEqual({ status: 200, body: 'ok' })
  })

  test('a TLS port that is asked for plain HTTP closes the connection', async () => {
    expect(
      await outcomeOf((socket) => onHead(socket, () => socket.end(Buffer.from('15030300020246', 'hex')))),
    ).toMatchObject({ verdict: 'network', sent: 'all' })
  })

  test('an answer in TLS to plain HTTP is told from other noise', async () => {
    await using server = await servingBytes((socket) =>
      onHead(socket, () => socket.end(Buffer.from('15030300020246', 'hex'))),
    )
    await using http = over(make(), server.origin)
    const flight = flightOf(await http.get('/').catch((error: unknown) => error))!
    expect({ because: flight.failure!.because, cause: conclude(flight)!.cause }).toEqual({
      because: 'what came is TLS, and not HTTP',
      cause: 'http-to-tls-port',
    })
  })
})
