import { bytesBody, type Call, client, type Failure, pipeline, Reply, type VerdictTable } from '@penstock/core'
import { replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { chaos, type ChaosOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const table: VerdictTable = { code: 'error.code', message: 'error.text', success: [], rows: {} }

async function outcome(options: ChaosOptions, step: Step = replies(200), chance = () => 0.5) {
  const clock = virtualClock()
  const transport = scriptedTransport(step)
  const http = client({
    pipeline: pipeline([chaos({ verdicts: table, ...options })], transport),
    origin: 'https://api.example.com',
    clock,
    chance,
  })
  const done = http.outcome({ path: '/', stream: true })
  await clock.drain()
  return { given: await done, calls: transport.calls }
}

describe('an injected answer', () => {
  it.each([
    ['18', 18],
    ['-18', -18],
    ['E18', 'E18'],
    ['18E', '18E'],
  ])(
    'has the vendor’s code %s as the vendor writes it, in JSON, without words that nobody knows',
    async (code, wire) => {
      const { given } = await outcome({ script: [{ fault: 'vendor', code }] })
      const { status, headers, body } = given as Reply
      expect([status, headers, JSON.parse(Buffer.from((await body.read()) as Uint8Array).toString())]).toEqual([
        200,
        { 'content-type': 'application/json' },
        { error: { code: wire, text: '' } },
      ])
    },
  )

  it.each([200, 599])('may have the status %i', async (status) => {
    const { given } = await outcome({ script: [{ fault: 'status', status }] })
    expect((given as Reply).status).toBe(status)
  })
})

describe('a broken connection', () => {
  it('says that a script did it', async () => {
    const { given } = await outcome({ script: [{ fault: 'reset', when: 'answer' }] })
    expect(given).toMatchObject({ because: 'the connection breaks, by a script', sent: 'all' })
  })
})

describe('an answer that breaks off', () => {
  const pieces = ['hello', ' there', ' you']
  async function* given() {
    for (const piece of pieces) yield Buffer.from(piece)
    return undefined
  }
  const cut = async (bytes: number, told: string[] = []) => {
    const body = {
      ...bytesBody(Buffer.of()),
      pieces: given,
      discard: () => void told.push('discarded'),
      whenOver: (tell: () => void) => {
        told.push('asked')
        tell()
      },
    }
    const { given: reply } = await outcome({ script: [{ fault: 'truncation', bytes }] }, () => new Reply(200, {}, body))
    return (reply as Reply).body
  }

  it.each([
    [0, []],
    [5, ['hello']],
    [7, ['hello', ' t']],
    [99, pieces],
  ])('has the pieces up to byte %i', async (bytes, expected) => {
    const seen: string[] = []
    const reading = (await cut(bytes)).pieces()
    let piece = await reading.next()
    for (; !piece.done; piece = await reading.next()) seen.push(Buffer.from(piece.value).toString())
    expect(seen).toEqual(expected)
    expect(piece.value).toMatchObject({
      code: 'BODY_TRUNCATED',
      layer: 'chaos',
      because: `the body breaks off after ${bytes} bytes`,
    } satisfies Partial<Failure>)
  })

  it('is let go of, and over, as the one behind it is', async () => {
    const told: string[] = []
    const body = await cut(5, told)
    told.length = 0
    body.discard()
    body.whenOver(() => told.push('over'))
    expect(told).toEqual(['discarded', 'asked', 'over'])
  })
})

it('a fault of rate 0 does not happen, whatever chance says', async () => {
  const faults = [{ fault: 'status', status: 500, rate: 0 }] as const
  expect((await outcome({ faults }, replies(200), () => 0)).given).toMatchObject({ status: 200 })
})

it('a script that is over leaves no trace', async () => {
  const { calls } = await outcome({ script: [] })
  expect(calls.map(({ ledger }: Call) => ledger.notes)).toEqual([undefined])
})

it.each([
  [{ faults: [{ fault: 'reset', rate: -0.1 }] }, 'reset: rate is -0.1: give a number from 0 to 1'],
  [{ script: [{ fault: 'status', status: 199 }] }, 'status: status is 199: give a whole number from 200 to 599'],
  [{ script: [{ fault: 'status', status: 200.5 }] }, 'status: status is 200.5: give a whole number from 200 to 599'],
  [
    { script: [{ fault: 'latency', milliseconds: '5' }] },
    'latency: milliseconds is 5: give a number of milliseconds from zero up',
  ],
])('chaos refuses %j', (options, because) => {
  expect(() => chaos(options as never)).toThrow(
    expect.objectContaining({ code: 'CONFIG_INVALID', message: `chaos: ${because}` }),
  )
})
