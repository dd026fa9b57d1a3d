/** Ways out that are not of one call: what the environment asks for, what the doctor finds, what is kept and dumped. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { client, pipeline, Secret } from '@penstock/core'
import * as diagnose from '@penstock/core/diagnose'
import { checkLines, doctor } from '@penstock/core/doctor'
import { breaks, replies, scriptedTransport } from '@penstock/core/testing'
import { startEmulator } from '@penstock/ocr/emulator'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { closedPort, type Loopback, serving } from '../support/loopback.ts'
import { penstock } from '../support/penstock.ts'
import { type Canary, canary, sightings } from './canaries/canary.ts'
import { viewed } from './canaries/views.ts'

const bearer = canary('a bearer', '+/=')
const plain = canary('a plain text', '"<&>\' ')
const reply = canary('a reply', '"')
const canaries: readonly Canary[] = [bearer, plain, reply]

let dir = ''
let server: Loopback
beforeAll(async () => {
  dir = mkdtempSync(join(tmpdir(), 'canaries-'))
  server = await serving((request, response) => {
    request.resume().on('end', () => {
      response.writeHead(request.url!.startsWith('/ok') ? 200 : 503, {
        'content-type': `application/json; charset=${bearer.value.replaceAll(/[+/=]/g, '')}`,
        'x-request-id': bearer.value,
        'x-reply': reply.value,
        'set-cookie': `a=${reply.value}`,
      })
      response.end(JSON.stringify({ reply: reply.value, bearer: bearer.value, plain: plain.value }))
    })
  })
})
afterAll(async () => {
  await server[Symbol.asyncDispose]()
  rmSync(dir, { recursive: true })
})

describe('PENSTOCK_DIAGNOSE', () => {
  it.concurrent.each(['errors', 'all', 'all,json', 'all,line', 'all,dir:'])('=%s shows none', async (asked) => {
    const kept = join(dir, asked.replaceAll(/\W/g, '-'))
    const child = spawn(
      process.execPath,
      [
        '--conditions=source',
        join(import.meta.dirname, 'canaries/program.ts'),
        server.origin,
        `http://127.0.0.1:${await closedPort()}`,
        bearer.value,
        plain.value,
      ],
      {
        env: {
          PATH: process.env['PATH'],
          NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
          PENSTOCK_DIAGNOSE: asked.replace(/dir:$/, `dir:${kept}`),
        },
      },
    )
    const [out, err] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
    const files = asked.includes('dir') ? readdirSync(kept).map((name) => readFileSync(join(kept, name), 'utf8')) : []
    expect(sightings(canaries, { out, err, files: files.join('\n') })).toEqual([])
    // it did say something
    expect((err + files.join('')).includes('/broken')).toBe(true)
  })
})

describe('penstock', () => {
  const key = canary('the api key')
  const secret = canary('the secret key')
  const image = join(import.meta.dirname, '../../examples/images/invoice-en.png')
  const cases = [
    ['keys as they should be', key.value, secret.value],
    ['keys that were pasted badly', `"${key.value}"`, `${secret.value}\n`],
    ['keys that stand in each other’s place, with full-width letters', ` ${secret.value}`, `\ufeff${key.value}Ａ`],
  ] as const
  const commands = [
    ['doctor', '--json'],
    ['doctor', '--lang', 'zh'],
    ['recognize', '--explain', '--diagnose=all', '--format', 'json', image],
  ]
  const all = cases.flatMap(([title, ...keys]) =>
    commands.map((command) => [`${title}: ${command[0]} ${command[1]}`, ...keys, command] as const),
  )

  it.each(all)(
    'shows no %s',
    async (_, apiKey, secretKey, command) => {
      await using emulator = await startEmulator()
      const { out, err } = await penstock(command, {
        cwd: dir,
        env: {
          HOME: dir,
          BAIDU_API_KEY: apiKey,
          BAIDU_SECRET_KEY: secretKey,
          BAIDU_ORIGIN: emulator.url,
          HTTPS_PROXY: `http://me:${plain.value.replaceAll(/\W/g, '')}@127.0.0.1:9`,
        },
      })
      const bare = { ...plain, forms: [plain.value.replaceAll(/\W/g, '')] }
      expect(sightings([key, secret, bare], { out, err })).toEqual([])
      expect((out + err).length).toBeGreaterThan(100)
    },
    60_000,
  )
})

describe('the doctor', () => {
  it('shows none of its environment, nor of what the server says', async () => {
    const proxy = canary('the proxy’s password')
    const env = {
      SOME_API_KEY: bearer.value,
      HTTP_PROXY: `http://me:${proxy.value}@127.0.0.1:${await closedPort()}`,
      HTTPS_PROXY: `me:${proxy.value}@127.0.0.1:${await closedPort()}`,
      NODE_OPTIONS: `--title=${bearer.value}`,
    }
    const results = []
    for await (const result of doctor({ origin: `${server.origin}/?key=${plain.value.replaceAll(/\W/g, '')}`, env }))
      results.push(result)
    const texts = {
      JSON: JSON.stringify(results),
      lines: results.map((result) => checkLines(result)).join('\n'),
      bundle: JSON.stringify(diagnose.supportBundle([], { doctor: results }).redactions),
    }
    const found = [...canaries, proxy, { ...plain, forms: [plain.value.replaceAll(/\W/g, '')] }]
    expect(sightings(found, texts)).toEqual([])
    expect(results.length).toBeGreaterThan(4)
  }, 30_000)
})

describe('the flight recorder', () => {
  it('keeps none, and dumps none', async () => {
    const dump = join(dir, 'dump.penstock')
    using recorder = diagnose.flightRecorder({ dump })
    const held = new Secret('bearer', bearer.value)
    const transport = scriptedTransport(replies(200, {}, plain.value), breaks('CONNECTION_RESET'))
    await using http = client({ pipeline: pipeline([], transport), origin: 'https://api.example.com' })
    for (const path of ['/a', `/${held.reveal()}`])
      await http.get(path, { query: { held, plain: plain.value } }).catch(() => {})
    await new Promise(setImmediate)
    const texts = {
      ring: JSON.stringify(recorder.flights),
      ndjson: recorder.ndjson(),
      dump: readFileSync(dump, 'utf8'),
    }
    expect(sightings(canaries, texts)).toEqual([])
    expect([recorder.flights.length, recorder.dropped]).toEqual([2, 0])
  })
})

it('every way out is looked at here or in the faults', () => {
  // packets hold what was sent, and are asked for with that said
  const packets = ['PcapngWriter', 'capture', 'displayFilters']
  const harmless = [
    'FlightFileError',
    'SecretFoundError',
    'environmentSecrets',
    'gate',
    'gateStream',
    'maskPersonal',
    'masked',
    'maskedData',
    'onFlight',
    'printable',
    'saveBundle',
    'timetable',
  ]
  const here = ['flightRecorder']
  expect(Object.keys(diagnose).filter((name) => ![...harmless, ...packets, ...here, ...viewed].includes(name))).toEqual(
    [],
  )
})
