import { existsSync, mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import net from 'node:net'
import { once } from 'node:events'
import { client, pipeline } from '@penstock/core'
import { capture, type CaptureOptions, displayFilters, type PcapngWriter } from '@penstock/core/diagnose'
import { gotTransport } from '@penstock/core/got'
import { tls } from '@penstock/middleware'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { Recording } from '../../packages/core/src/recorder/capture/recording.ts'
import { addressBytes } from '../../packages/core/src/recorder/pcapng/address-bytes.ts'
import { certificate } from '../support/certificates.ts'
import { serving, servingTls } from '../support/loopback.ts'
import { over, settled } from '../support/transports.ts'
import { run } from '../support/tshark.ts'

let folder: string
let file: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'capture-'))
  file = join(folder, 'calls.pcapng')
})
afterEach(() => vi.unstubAllEnvs())

const taken = (more: Partial<CaptureOptions> = {}) => capture({ file, consent: true, warn: () => {}, ...more })

test.each([
  ['no consent', { consent: undefined }, 'consent is not true'],
  ['a consent that is only truthy', { consent: 'yes' }, 'consent is not true'],
  ['no file', { file: '' }, 'file is none'],
  ['no number of bytes', { maxBytes: NaN }, 'maxBytes is NaN'],
  ['a key log without a name', { keylog: '' }, 'keylog is no file'],
])('%s makes no file', async (_, wrong, because) => {
  const made = capture({ file, consent: true, ...wrong } as CaptureOptions)
  await expect(made).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining(because) })
  expect(readdirSync(folder)).toEqual([])
})

test('a file that is there already is left as it is', async () => {
  writeFileSync(file, 'mine')
  await expect(taken()).rejects.toThrow('it is there already, and is not written over')
  expect(readFileSync(file, 'utf8')).toBe('mine')
})

test('a key log that is there already leaves no capture behind', async () => {
  const keylog = join(folder, 'keys.log')
  writeFileSync(keylog, '')
  await expect(taken({ keylog })).rejects.toThrow('keys.log cannot be made: it is there already')
  expect(existsSync(file)).toBe(false)
})

test('only one runs at a time, and the next may when it is closed', async () => {
  const first = await taken()
  await expect(taken({ file: join(folder, 'second') })).rejects.toThrow('another capture runs')
  expect(readdirSync(folder)).toEqual(['calls.pcapng'])
  await first.close()
  await first.close()
  await (await taken({ file: join(folder, 'second') })).close()
})

test('the file is its owner’s alone, and what it holds is said aloud in two languages', async () => {
  const warn = vi.fn()
  await using _ = await taken({ warn })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(warn.mock.calls).toEqual([
    [{ en: expect.stringContaining('credentials, bodies, answers'), zh: expect.stringContaining('凭证') }],
  ])
})

test('who says nothing of warnings is warned by the process', async () => {
  const warned = once(process, 'warning')
  await using _ = await capture({ file, consent: true })
  expect(await warned).toMatchObject([{ name: 'SecurityWarning', message: expect.stringContaining('calls.pcapng') }])
})

test('TLS keys go to the file that is named, else to that of SSLKEYLOGFILE, and without a capture to none', async () => {
  const own = await certificate({ ip: '127.0.0.1' })
  await using server = await servingTls(own)
  const keysAfter = async (named: string | undefined, level: 'all' | 'wire') => {
    await using http = over(gotTransport(), server.origin, [tls({ ca: own.cert })], { diagnose: level })
    await using _ = await capture({
      file: join(folder, `${named}-${level}`),
      consent: true,
      warn: () => {},
      ...(named && { keylog: join(folder, named) }),
    })
    await (await http.get('/')).text()
  }
  const shared = join(folder, 'shared.log')
  writeFileSync(shared, '# of another program\n')
  vi.stubEnv('SSLKEYLOGFILE', shared)
  await using http = over(gotTransport(), server.origin, [tls({ ca: own.cert })], { diagnose: 'wire' })
  await (await http.get('/')).text()
  await keysAfter('named.log', 'wire')
  await keysAfter('other.log', 'all')
  expect(readFileSync(shared, 'utf8')).toBe('# of another program\n')
  expect(readFileSync(join(folder, 'named.log'), 'utf8').match(/^[A-Z_\d]+(?= )/gm)).toContain(
    'CLIENT_TRAFFIC_SECRET_0',
  )
  expect(statSync(join(folder, 'named.log')).mode & 0o777).toBe(0o600)
  expect(readFileSync(join(folder, 'other.log'), 'utf8')).toBe('')
  await keysAfter(undefined, 'wire')
  expect(readFileSync(shared, 'utf8')).toMatch(/^# of another program\n[A-Z_\d]+ [\da-f]{64} [\da-f]+\n/)
})

test('calls of other levels are not taken down, and use connections of their own', async () => {
  await using server = await serving((_, response) => response.end('ok'))
  await using http = over(gotTransport(), server.origin, [])
  await using tape = await taken()
  await (await http.get('/')).text()
  expect(tape.packets).toBe(0)
  await (await http.get('/', { diagnose: 'wire' })).text()
  expect(tape.packets).toBeGreaterThan(0)
  expect(server.opened).toBe(2)
})

test('level wire without a capture is level all', async () => {
  await using server = await serving((_, response) => response.end('ok'))
  await using http = client({ pipeline: pipeline([], gotTransport()), origin: server.origin, diagnose: 'wire' })
  const reply = await http.get('/')
  await reply.text()
  expect(reply.ledger.spans).toBeDefined()
  expect(server.opened).toBe(1)
})

test('connections that are open when it ends go on, and those after it go straight', async () => {
  let release!: () => void
  const released = new Promise<void>((resolve) => (release = resolve))
  await using server = await serving(async (_, response) => {
    response.write('be')
    await released
    response.end('gun')
  })
  await using http = over(gotTransport(), server.origin, [], { diagnose: 'wire' })
  const tape = await taken()
  const reply = await http.get('/')
  await tape.close()
  const size = statSync(file).size
  release()
  expect(await reply.text()).toBe('begun')
  expect(await (await http.get('/')).text()).toBe('begun')
  expect(statSync(file).size).toBe(size)
})

test('its port takes nobody else', async () => {
  await using server = await serving((_, response) => response.end('ok'))
  const before = listeners()
  await using _ = await taken()
  const [port] = listeners().filter((one) => !before.includes(one))
  const stranger = net.connect(port!, '127.0.0.1')
  stranger.write('GET / HTTP/1.1\r\n\r\n')
  const heard: Buffer[] = []
  stranger.on('data', (piece) => heard.push(piece)).on('error', () => {})
  await once(stranger, 'close')
  await settled()
  expect([heard, server.opened]).toEqual([[], 0])
})

/** Ports of 127.0.0.1 on which somebody listens, as the kernel tells. */
const listeners = (): number[] =>
  [...readFileSync('/proc/net/tcp', 'utf8').matchAll(/ 0100007F:([\dA-F]{4}) \S+ 0A /g)].map(([, hex]) =>
    Number.parseInt(hex!, 16),
  )

test('a file that is full takes no more, says so once, and breaks no call', async () => {
  await using server = await serving((_, response) => response.end('x'.repeat(20_000)))
  await using http = over(gotTransport(), server.origin, [], { diagnose: 'wire' })
  const warn = vi.fn()
  await using _ = await taken({ maxBytes: 8192, warn })
  for (let count = 0; count < 3; count++) expect((await (await http.get('/')).text()).length).toBe(20_000)
  expect(statSync(file).size).toBeLessThanOrEqual(8192)
  expect(warn.mock.calls.map(([{ en }]) => en.includes('8192 bytes, as many as it may'))).toEqual([false, true])
})

test('packets wait for the keys of a handshake before them, but not without bound', () => {
  const written: string[] = []
  const writer = { packets: (frames: any[]) => written.push(...frames.map(({ comment }) => comment)) }
  const recording = new Recording(writer as unknown as PcapngWriter, 100)
  const shaking = { held: true }
  const frame = (comment: string, length = 40) => [{ comment, data: Buffer.alloc(length) }] as any
  recording.add({ held: false }, frame('first'))
  recording.add(shaking, frame('hello'))
  recording.add({ held: false }, frame('other'))
  expect(written).toEqual(['first'])
  recording.add({ held: false }, frame('another'))
  expect(written).toEqual(['first', 'other', 'another'])
  shaking.held = false
  recording.flush()
  expect(written).toEqual(['first', 'other', 'another', 'hello'])
  shaking.held = true
  recording.add(shaking, frame('endless', 101))
  expect(written.at(-1)).toBe('endless')
})

test.each([
  ['10.0.0.255', '0a0000ff'],
  ['::1', '00000000000000000000000000000001'],
  ['fe80::1%eth0', 'fe800000000000000000000000000001'],
  ['2001:db8:0:1::a', '20010db800000001000000000000000a'],
  ['::ffff:10.0.0.1', '00000000000000000000ffff0a000001'],
  ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
  ['::', '00000000000000000000000000000000'],
])('the address %s is the bytes %s', (address, hex) => {
  expect(addressBytes(address).toString('hex')).toBe(hex)
})

test('the ready-made filters are such that tshark takes', async () => {
  await (await taken()).close()
  const all = Object.values(displayFilters).map(({ filter }) => `(${filter})`)
  expect(await run(['-r', file, '-Y', all.join(' || ')])).toBe('')
})
