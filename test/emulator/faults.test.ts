import { type Emulator, type Fault, startEmulator } from '@penstock/ocr/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emulatorClient } from '../support/emulator-client.ts'

let emulator: Emulator
let client: ReturnType<typeof emulatorClient>

beforeEach(async () => {
  emulator = await startEmulator()
  client = emulatorClient(emulator)
})
afterEach(() => emulator.close())

const codeOf = (reason: unknown) => (reason as { cause?: { code?: string } }).cause?.code

describe('a fault', () => {
  it.each<[string, Fault, { status: number; text: string; type: string }]>([
    ['status', { kind: 'status', status: 503 }, { status: 503, text: '503 Error', type: 'text/html' }],
    ['status, by default', { kind: 'status' }, { status: 502, text: '502 Bad Gateway', type: 'text/html' }],
    ['html', { kind: 'html' }, { status: 200, text: 'Welcome', type: 'text/html' }],
    ['json', { kind: 'json' }, { status: 200, text: '{"words_result":[{"words":', type: 'application/json' }],
    [
      'code',
      { kind: 'code', code: 282000 },
      { status: 200, text: '"error_code":282000', type: 'application/json; charset=utf-8' },
    ],
    [
      'code, by default',
      { kind: 'code' },
      { status: 200, text: '"error_code":18', type: 'application/json; charset=utf-8' },
    ],
  ])('of kind %s spoils one answer', async (_, fault, { status, text, type }) => {
    emulator.fault(fault)
    const spoiled = await client.recognize({})
    const next = await client.recognize({})

    expect([spoiled.status, spoiled.headers.get('content-type')]).toEqual([status, type])
    expect(spoiled.text).toContain(text)
    expect(next.json.error_code).toBe(216101)
  })

  it('of kind empty leaves the status and takes the body', async () => {
    emulator.fault({ kind: 'empty' })
    const { status, text } = await client.recognize({})

    expect([status, text]).toEqual([200, ''])
  })

  it('of kind slow gives the true answer', async () => {
    emulator.fault({ kind: 'slow', ms: 10 })

    expect((await client.recognize({})).json.error_code).toBe(216101)
  })

  it('of kind skew sets the Date header off', async () => {
    emulator.fault({ kind: 'skew', ms: 3_600_000 })
    const date = Date.parse((await client.recognize({})).headers.get('date') ?? '')

    expect(Math.round((date - emulator.requests.at(-1)!.at) / 60_000)).toBe(60)
  })

  it.each<Fault>([{ kind: 'reset' }, { kind: 'reset', after: 'body' }])(
    'of kind %o resets the connection',
    async (fault) => {
      await client.recognize({})
      emulator.fault(fault)
      const reason = await client.recognize({}).catch((error: unknown) => error)

      expect(codeOf(reason)).toBe('ECONNRESET')
    },
  )

  it('of kind truncate ends the connection within the body', async () => {
    emulator.fault({ kind: 'truncate' })

    await expect(client.recognize({})).rejects.toThrow('terminated')
  })

  it('of kind stall ends only with the emulator', async () => {
    await client.recognize({})
    emulator.fault({ kind: 'stall' })
    const stalled = client.recognize({}).catch((error: unknown) => error)
    while (emulator.count < 3) await new Promise((resolve) => setImmediate(resolve))
    await emulator.close()

    expect(codeOf(await stalled)).toMatch(/ECONNRESET|UND_ERR_SOCKET/)
  })

  it('stays for as many requests as it is told, then the next in the row comes', async () => {
    emulator.fault({ kind: 'code', code: 18, times: 2 })
    emulator.fault({ kind: 'code', code: 17 })
    const codes: number[] = []
    for (let count = 0; count < 4; count += 1) codes.push((await client.recognize({})).json.error_code)

    expect(codes).toEqual([18, 18, 17, 216101])
  })

  it('leaves the token endpoint alone unless the path says so', async () => {
    emulator.fault({ kind: 'status', path: '/oauth', status: 500 })
    emulator.fault({ kind: 'code' })
    const token = await client.send('/oauth/2.0/token')
    const call = await client.recognize({})

    expect([token.status, call.json.error_code]).toEqual([500, 18])
  })

  it('is written down with the request that met it, and no secret is', async () => {
    emulator.fault({ kind: 'code', code: 4 })
    await client.recognize({ image: 'secret' })

    expect(emulator.requests).toEqual([
      { at: expect.any(Number), method: 'GET', path: '/oauth/2.0/token', status: 200 },
      {
        at: expect.any(Number),
        method: 'POST',
        path: '/rest/2.0/ocr/v1/general_basic',
        status: 200,
        code: 4,
        fault: 'code',
      },
    ])
  })
})
