import { createHash } from 'node:crypto'
import { once } from 'node:events'
import type http from 'node:http'
import https from 'node:https'
import http2 from 'node:http2'
import type net from 'node:net'
import { type Client, flightOf } from '@penstock/core'
import { conclude, displayFilter } from '@penstock/core/diagnose'
import { undiciTransport } from '@penstock/core/undici'
import { proxy, retry, status, tls } from '@penstock/middleware'
import { beforeAll, expect, test } from 'vitest'
import { type Certificate, certificate, daysFromNow } from '../support/certificates.ts'
import { closedPort, listening, serving, servingTls } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'
import { takenDown } from '../support/taken-down.ts'
import { type Make, onBothTransports, over, within } from '../support/transports.ts'
import { tshark } from '../support/tshark.ts'

let own: Certificate
beforeAll(async () => {
  own = await certificate({ ip: '127.0.0.1' })
})

/** Answers with the length of what it was sent, or with as many bytes as the path says. */
const counting: http.RequestListener = (request, response) => {
  let length = 0
  request
    .on('data', (piece: Buffer) => (length += piece.length))
    .on('end', () =>
      response.end(request.url!.startsWith('/x') ? 'x'.repeat(Number(request.url!.slice(2))) : `${length}`),
    )
}

const wired = (make: Make, origin: string, layers: Parameters<typeof over>[2] = [tls({ ca: own.cert })]): Client =>
  over(make(), origin, layers, { diagnose: 'wire' })

onBothTransports((make) => {
  test.each([
    ['TLSv1.2', '127.0.0.1'],
    ['TLSv1.3', '127.0.0.1'],
    ['TLSv1.2', '::1'],
    ['TLSv1.3', '::1'],
  ] as const)('%s to %s is read in clear, without preferences, and every checksum is right', async (version, ip) => {
    const identity = await certificate({ ip })
    const server = https.createServer(identity, counting).listen(0, ip)
    await once(server, 'listening')
    const { port } = server.address() as net.AddressInfo
    const host = ip.includes(':') ? `[${ip}]` : ip
    const origin = `https://${host}:${port}`
    await using tape = await takenDown()
    const only = tls({ ca: identity.cert, minVersion: version, maxVersion: version })
    const http = over(make(), origin, [only], { diagnose: 'wire' })
    const reply = await http.post('/things?page=2', { body: 'a body that nobody else reads' })
    expect(await reply.text()).toBe('29')
    await http.close()
    await tape.close()
    server.close()

    const shown = [
      'http.request.method',
      'http.request.full_uri',
      'http.response.code',
      'http.file_data',
      'frame.comment',
    ]
    const rest = ['_ws.malformed', 'tcp.analysis.flags', 'tcp.len', 'tls.handshake.extensions.supported_version']
    const frames = await tshark(tape.file, [...shown, ...rest])
    const said = frames.map((frame) => frame.slice(0, 4)).filter(([method, , code]) => method !== '' || code !== '')
    expect(said).toEqual([
      ['POST', `${origin}/things?page=2`, '', 'a body that nobody else reads'],
      ['', expect.anything(), '200', '29'],
    ])
    const comments = frames.map(([, , , , comment]) => comment).filter((comment) => comment !== '')
    expect(comments).toEqual([`call ${reply.ledger.id}, attempt 1: POST ${origin}/things`])
    expect(frames.filter((frame) => frame[5] !== '' || frame[6] !== '')).toEqual([])
    expect(Math.max(...frames.map((frame) => Number(frame[7])))).toBeLessThanOrEqual(1400)
    expect(frames.some((frame) => frame[8] === '0x0304')).toBe(version === 'TLSv1.3')

    const checked = ['-o', 'ip.check_checksum:TRUE', '-o', 'tcp.check_checksum:TRUE']
    const sums = await tshark(tape.file, ['tcp.checksum.status', 'ip.checksum.status'], ...checked)
    expect(new Set(sums.map(String))).toEqual(new Set([ip === '::1' ? '1,' : '1,1']))
  })

  test('eight calls at once are eight connections, and the filter of each shows it alone', async () => {
    await using server = await servingTls(own, counting)
    await using tape = await takenDown()
    const http = wired(make, server.origin)
    const replies = await Promise.all(Array.from({ length: 8 }, (_, at) => http.get(`/call-${at}`)))
    await Promise.all(replies.map((reply) => reply.text()))
    const filters = replies.map((reply) => displayFilter(flightOf(reply)!)!)
    await http.close()
    await tape.close()
    expect(new Set(filters).size).toBe(8)
    for (const [at, filter] of [...filters.entries()].filter(([at]) => at % 7 === 0))
      expect(await tshark(tape.file, ['http.request.uri'], '-Y', `http.request && (${filter})`)).toEqual([
        [`/call-${at}`],
      ])
    const times = (await tshark(tape.file, ['frame.time_epoch'])).map(([time]) => Number(time))
    expect(times).toEqual(times.toSorted((one, other) => one - other))
  })

  test('four MiB go there and come back whole, in the file as in the call', async () => {
    await using server = await servingTls(own, counting)
    await using tape = await takenDown()
    const http = wired(make, server.origin)
    const body = Buffer.alloc(4 * 2 ** 20, 'penstock')
    expect(await (await http.post('/', { body })).text()).toBe(String(body.length))
    expect((await (await http.get(`/x${4 * 2 ** 20}`)).bytes()).length).toBe(4 * 2 ** 20)
    await http.close()
    await tape.close()
    const bodies = (await tshark(tape.file, ['http.file_data'], '-Y', 'http')).map(([data = '']) => digest(data))
    expect(bodies).toEqual([body, String(body.length), 'x'.repeat(4 * 2 ** 20)].map(digest))
  })

  test('a kept connection carries several calls, and the filter of one leaves out the others', async () => {
    await using server = await servingTls(own, counting)
    await using tape = await takenDown()
    const http = wired(make, server.origin)
    const flights = []
    for (const path of ['/first', '/second', '/third']) {
      const reply = await http.get(path)
      await reply.text()
      flights.push(flightOf(reply)!)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    expect(server.opened).toBe(1)
    const filter = displayFilter(flights[1]!)!
    await http.close()
    await tape.close()
    expect(await tshark(tape.file, ['http.request.uri'], '-Y', `http.request && (${filter})`)).toEqual([['/second']])
    expect((await tshark(tape.file, ['frame.comment'], '-Y', 'frame.comment')).map(([text]) => text)).toEqual([
      expect.stringMatching(/^call \d+, attempt 1: GET .*\/first$/),
      expect.stringMatching(/\/second$/),
      expect.stringMatching(/\/third$/),
    ])
  })

  test('a handshake that fails does so by the same code, and the file shows the certificate', async () => {
    const old = await certificate({ ip: '127.0.0.1' }, daysFromNow(-30), daysFromNow(-1))
    await using server = await servingTls(old)
    await using tape = await takenDown()
    const http = wired(make, server.origin, [tls({ ca: old.cert })])
    const error: any = await http.get('/').catch((thrown: unknown) => thrown)
    expect([error.code, conclude(flightOf(error)!)?.cause]).toEqual(['TLS_EXPIRED', 'certificate-expired'])
    await http.close()
    await tape.close()
    expect(
      await tshark(tape.file, ['x509sat.printableString', 'x509sat.uTF8String'], '-Y', 'tls.handshake.certificate'),
    ).toHaveLength(1)
    expect(await tshark(tape.file, ['frame.number'], '-Y', 'http')).toEqual([])
  })

  test('a refused connection is one, in the call as in the file', async () => {
    await using tape = await takenDown()
    const port = await closedPort()
    const http = wired(make, `http://127.0.0.1:${port}`, [])
    const error: any = await http.get('/').catch((thrown: unknown) => thrown)
    const flight = flightOf(error)!
    expect([error.code, conclude(flight)?.cause]).toEqual(['CONNECTION_REFUSED', 'connection-refused'])
    expect(flight.trips[0]!.connection).toMatchObject({ tries: [{ address: '127.0.0.1', code: 'ECONNREFUSED' }] })
    expect(displayFilter(flight)).toBeUndefined()
    await http.close()
    await tape.close()
    const flags = ['tcp.flags.syn', 'tcp.flags.reset', 'tcp.dstport', 'frame.comment']
    expect(await tshark(tape.file, flags)).toEqual([
      ['1', '0', String(port), 'ECONNREFUSED'],
      ['0', '1', '0', ''],
    ])
  })

  test('addresses and ports are those of the wire, and the time to connect is of the way out', async () => {
    await using server = await servingTls(own, counting)
    await using tape = await takenDown()
    await using http = wired(make, server.origin)
    const reply = await http.get('/')
    await reply.text()
    const { connection, phases } = flightOf(reply)!.trips[0]!
    expect(connection).toMatchObject({ address: '127.0.0.1', port: server.port, tries: [{ address: '127.0.0.1' }] })
    expect([...server.sockets].map(({ remotePort }) => remotePort)).toEqual([connection!.localPort])
    expect(connection!.handshake!.received).toBeGreaterThan(500)
    expect(phases!.tls).toBeGreaterThan(0)
    expect(tape.packets).toBeGreaterThan(0)
  })

  test('through a proxy, the tunnel and what is said in it are read in clear', async () => {
    await using server = await servingTls(own, counting)
    await using through = await proxying()
    await using tape = await takenDown()
    const http = wired(make, server.origin, [proxy(through.origin), tls({ ca: own.cert })])
    expect(await (await http.post('/in', { body: 'tunnelled' })).text()).toBe('9')
    await http.close()
    await tape.close()
    expect(
      await tshark(tape.file, ['http.request.method', 'http.request.uri', 'http.file_data'], '-Y', 'http.request'),
    ).toEqual([
      ['CONNECT', `127.0.0.1:${server.port}`, ''],
      ['POST', '/in', 'tunnelled'],
    ])
  })

  test('an abort, a deadline and a server that cuts are what they are without a capture', async () => {
    const ends = async (diagnose: 'errors' | 'wire') => {
      await using silent = await serving(() => {})
      await using cutting = await serving((request) => request.socket.resetAndDestroy())
      const controller = new AbortController()
      const silence = over(make(), silent.origin, [within(80)], { diagnose })
      const cut = over(make(), cutting.origin, [], { diagnose })
      const aborted = silence.get('/', { signal: controller.signal }).catch((error: unknown) => error)
      setTimeout(() => controller.abort('enough'), 30)
      const thrown: any[] = [
        await silence.get('/').catch((error: unknown) => error),
        await cut.get('/').catch((error: unknown) => error),
      ]
      const found = [
        await aborted,
        ...thrown.map(({ code, ledger }) => [code, ledger.trips[0].phase, ledger.trips[0].sent]),
      ]
      await silence.close()
      await cut.close()
      return found
    }
    await using tape = await takenDown()
    expect(await ends('wire')).toEqual(await ends('errors'))
    expect(tape.packets).toBeGreaterThan(0)
  })

  test('a second attempt says what decision it came after', async () => {
    let count = 0
    await using server = await servingTls(own, (_, response) => response.writeHead(count++ === 0 ? 503 : 200).end())
    await using tape = await takenDown()
    const http = wired(make, server.origin, [retry({ delay: 1 }), status(), tls({ ca: own.cert })])
    const { ledger } = await http.get('/')
    await http.close()
    await tape.close()
    expect(await tshark(tape.file, ['frame.comment'], '-Y', 'frame.comment')).toEqual([
      [`call ${ledger.id}, attempt 1: GET ${server.origin}/`],
      [`call ${ledger.id}, attempt 2, after retry.waits: GET ${server.origin}/`],
    ])
  })
})

const digest = (data: string | Buffer) => createHash('sha256').update(data).digest('hex')

test('HTTP/2 is read in clear: headers and bodies of many calls on one connection', async () => {
  const server = http2.createSecureServer(own)
  server.on('stream', (stream, headers) => {
    stream.respond({ ':status': 200 })
    stream.end(`at ${String(headers[':path'])}`)
  })
  await using there = await listening(server, 'https')
  await using tape = await takenDown()
  const http = wired(() => undiciTransport({ http2: true, connections: 1 }), there.origin)
  const paths = ['/a', '/b', '/c']
  const replies = await Promise.all(paths.map((path) => http.post(path, { body: 'said' })))
  expect(await Promise.all(replies.map((reply) => reply.text()))).toEqual(['at /a', 'at /b', 'at /c'])
  await http.close()
  await tape.close()
  const asked = await tshark(tape.file, ['http2.headers.path'], '-Y', 'http2.headers.path')
  expect(asked.flat().flatMap((text) => text.split('|'))).toEqual(paths)
  const data = await tshark(tape.file, ['http2.data.data'], '-Y', 'http2.data.data')
  const texts = data.flat().flatMap((text) => text.split('|').map((hex) => Buffer.from(hex, 'hex').toString()))
  expect(texts.filter((text) => text !== '').toSorted()).toEqual(['at /a', 'at /b', 'at /c', 'said', 'said', 'said'])
})
