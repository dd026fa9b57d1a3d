/** The doctor in front of servers that mean harm: bounded in time and in bytes, and nothing of theirs steers a terminal. */
import net from 'node:net'
import { join } from 'node:path'
import { checkLines } from '@penstock/core/doctor'
import { describe, expect, it, vi } from 'vitest'
import { authority } from '../support/authority.ts'
import { certificate } from '../support/certificates.ts'
import {
  listening,
  type Loopback,
  onHead,
  serving,
  servingBytes,
  servingTls,
  servingTlsBytes,
} from '../support/loopback.ts'
import { needs } from '../support/needs.ts'
import { penstock } from '../support/penstock.ts'
import { examined, gist } from './examined.ts'
import { temporaryFolder } from './temporary-folder.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What no terminal may be given, line breaks of our own aside. */
const steering = /[^\P{Cc}\n]|\p{Cf}|[\u2028\u2029]/u

/** Writes as long as somebody reads, and counts. */
function pours(socket: net.Socket, chunk: Buffer): void {
  const pour = (): void => {
    while (!socket.destroyed && socket.write(chunk));
    if (!socket.destroyed) socket.once('drain', pour)
  }
  pour()
}

const trickles = (socket: net.Socket, text: string): void => {
  let at = 0
  const timer = setInterval(() => socket.write(text[at++ % text.length]!), 20)
  socket.once('close', () => clearInterval(timer))
}

const megabyte = Buffer.alloc(1 << 20, 'a')

async function hostile(act: (socket: net.Socket) => void): Promise<Loopback & { readonly written: () => number }> {
  const sockets: net.Socket[] = []
  const server = await listening(
    net.createServer((socket) => {
      sockets.push(socket)
      act(socket)
    }),
  )
  const written = () => Math.max(...sockets.map(({ bytesWritten, writableLength }) => bytesWritten - writableLength))
  return Object.assign(server, { written })
}

describe('over http', () => {
  it.each<[string, (socket: net.Socket) => void, string]>([
    ['never answers', (socket) => void socket.resume(), 'http fail doctor.late'],
    [
      'answers a byte at a time',
      (socket) => onHead(socket, () => trickles(socket, `HTTP/1.1 200 OK\r\n${'x: y\r\n'.repeat(99)}`)),
      'http fail doctor.late',
    ],
    [
      'sends headers without end',
      (socket) => {
        socket.resume().write('HTTP/1.1 200 OK\r\nx: ')
        pours(socket, megabyte)
      },
      'http fail http.concluded',
    ],
    [
      'sends a body without end',
      (socket) => {
        socket.resume().write('HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n')
        pours(socket, megabyte)
      },
      'http ok http.answers',
    ],
    [
      'says without end that it will answer',
      (socket) => {
        socket.resume()
        pours(socket, Buffer.from('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(1000)))
      },
      'http fail doctor.late',
    ],
    ['closes at once', (socket) => socket.destroy(), 'http fail http.concluded'],
    ['closes when it is asked', (socket) => onHead(socket, () => socket.destroy()), 'http fail http.concluded'],
    [
      'speaks no HTTP',
      (socket) => onHead(socket, () => socket.end('\u001b]0;mine\u0007\u001b[2J'.repeat(9))),
      'http fail http.concluded',
    ],
    [
      'steers terminals in every header',
      (socket) =>
        onHead(socket, () =>
          socket.end(
            Buffer.from(
              'HTTP/1.1 302 \u001b[2J\r\nserver: \u001b[31m\r\ncontent-type: \u009b2J/\u001b[2J\r\nlocation: http://\u001b[2J/\r\ndate: \u001b[2J\r\ncontent-length: 0\r\n\r\n',
              'latin1',
            ),
          ),
        ),
      'http fail http.concluded',
    ],
  ])('a server that %s is survived', async (_, act, line) => {
    await using server = await hostile(act)
    const before = performance.now()
    const results = await examined({ origin: server.origin, only: ['http'], timeout: 700 })

    expect(gist(results).at(-1)).toBe(line)
    expect(performance.now() - before).toBeLessThan(3000)
    // what is under way when nobody reads: buffers of the two sockets
    expect(server.written()).toBeLessThan(32 << 20)
    expect(results.map((one) => checkLines(one)).join('\n')).not.toMatch(steering)
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it.each([
    ['/', 'http warn http.circle'],
    ['/elsewhere', 'http ok http.moved'],
    ['javascript:alert(1)', 'http ok http.answers'],
    ['http://\u009b2J.example/', 'http ok http.answers'],
    ['//other.example/', 'http warn http.redirects'],
  ])('a redirect to %j is followed nowhere', async (location, line) => {
    let asked = 0
    await using server = await serving((_, response) => {
      asked++
      response.writeHead(302, { location }).end()
    })
    const results = await examined({ origin: server.origin, only: ['http'] })
    expect([gist(results).at(-1), asked]).toEqual([line, 1])
    expect(JSON.stringify(results)).not.toMatch(/javascript/)
  })

  it('a clock is judged by the answers that came, when some never do', async () => {
    let asked = 0
    await using server = await serving((_, response) => void (asked++ < 3 && response.end()))
    const results = await examined({ origin: server.origin, only: ['clock'] })
    expect(gist(results).at(-1)).toBe('clock ok clock.right')
  })

  it.each(['Sat, 01 Jan 275760 00:00:00 GMT', 'NaN', '-1', '9'.repeat(40)])(
    'the date %.40s breaks nothing',
    async (date) => {
      await using server = await serving((_, response) => {
        response.sendDate = false
        response.writeHead(200, { date }).end()
      })
      const results = await examined({ origin: server.origin, only: ['clock'] })
      expect(['warn', 'fail', 'skip']).toContain(results.at(-1)?.status)
      expect(results.at(-1)?.findings[0]?.en).not.toMatch(/NaN|Infinity/)
    },
  )
})

// most of the time each of them waits for a silence to be over
describe('over TLS', { concurrent: true }, () => {
  const alert = Buffer.from([0x15, 3, 3, 0, 2, 2, 80])

  it.for<[string, (socket: net.Socket) => void, string]>([
    ['never shakes hands', (socket) => void socket.resume(), 'tls.silent'],
    [
      'shakes hands a byte at a time',
      (socket) => trickles(socket.resume(), '\u0016\u0003\u0003\u0040\u0000'),
      'tls.silent',
    ],
    ['alerts', (socket) => socket.resume().end(alert), 'tls.failed'],
    [
      'alerts without end',
      (socket) => pours(socket.resume(), Buffer.concat(Array<Buffer>(999).fill(alert))),
      'tls.failed',
    ],
    ['closes at once', (socket) => socket.destroy(), 'tls.cut'],
    ['sends garbage without end', (socket) => pours(socket.resume(), megabyte), 'tls.notSpoken'],
  ])('a server that %s is survived', async ([, act, finding], { expect }) => {
    await using server = await hostile(act)
    const before = performance.now()
    const results = await examined({ origin: server.origin.replace('http', 'https'), only: ['tls'] })

    expect(gist(results).at(-1)).toBe(`tls fail ${finding}`)
    expect(performance.now() - before).toBeLessThan(6000)
    expect(server.written()).toBeLessThan(32 << 20)
    expect(results.map((one) => checkLines(one)).join('\n')).not.toMatch(steering)
    await expect.poll(() => server.sockets.size).toBe(0)
  })

  it('a device that swallows large ClientHellos in silence is told from a silent server', async ({ expect }) => {
    const own = await certificate({ ip: '127.0.0.1' })
    await using server = await servingTls(own)
    await using device = await servingBytes((socket) => {
      socket.once('data', (hello: Buffer) => {
        if (hello.length > 1000) return
        const onward = net.connect(server.port, '127.0.0.1', () => onward.write(hello))
        socket.pipe(onward).pipe(socket)
        onward.on('error', () => socket.destroy())
        socket.on('error', () => onward.destroy())
      })
    }, 'https')
    const look = { origin: device.origin, tls: { ca: own.cert }, only: ['tls'] }
    expect(gist(await examined(look)).at(-1)).toBe('tls fail tls.helloCut')
    const cured = await examined({ ...look, tls: { ca: own.cert, groups: 'X25519:P-256' } })
    expect(gist(cured).at(-1)).toBe('tls ok tls.good tls.hello')
  })

  it('a server that hangs behind its handshake is late', async ({ expect }) => {
    const own = await certificate({ ip: '127.0.0.1' })
    await using server = await servingTlsBytes(own, (socket) => void socket.resume())
    const results = await examined({ origin: server.origin, tls: { ca: own.cert }, only: ['http'] })
    expect(gist(results).at(-1)).toBe('http fail http.silent')
  })
})

needs('openssl')('the command', () => {
  const tell = (...args: readonly string[]) =>
    penstock(['doctor', ...args], { env: { HOME: '/nowhere', FORCE_COLOR: '0' } })

  it('hands no sign of a certificate on to the terminal, in text or in JSON', async () => {
    await using folder = temporaryFolder()
    const names = Array.from({ length: 999 }, (_, nth) => `DNS:n${nth}.example`)
    const subject = '/O=\u001b[2J\u009b31m\u202eAcme\u2028/CN=\u001b]0;mine\u0007'
    const odd = authority(folder.path)('odd', { subject, extensions: [`subjectAltName=${names.join(',')}`] })
    await using server = await servingTls(odd)
    const [text, json, misnamed] = await Promise.all([
      tell(server.origin, 'tls'),
      tell(server.origin, 'tls', '--json'),
      tell(server.origin, 'tls', '--ca', join(folder.path, 'odd.pem')),
    ])
    expect([text.code, json.code, misnamed.code]).toEqual([78, 78, 78])
    expect(text.out).toMatch(/self-signed/)
    expect(misnamed.out).toMatch(/the names in it are DNS:n0\.example/)
    for (const { out } of [text, json, misnamed]) expect(out).not.toMatch(steering)
    expect(misnamed.out.length).toBeLessThan(4000)
    expect(JSON.parse(json.out).checks.at(-1).findings[0].facts.subject).toContain('\u001b[2J')
  })

  it('ends in time, with valid JSON and its exit code, in front of a server that never answers', async () => {
    await using server = await servingBytes((socket) => void socket.resume().on('end', () => socket.end()))
    const before = performance.now()
    const { out, code } = await tell(server.origin, '--json')
    expect(JSON.parse(out)).toMatchObject({ exit: 78, counts: { failed: 1 } })
    expect(code).toBe(78)
    expect(performance.now() - before).toBeLessThan(20_000)
  })
})
