/** Faults that a server says itself: of clocks, credentials, quotas. */
import { rateLimit, reject, sign } from '@penstock/middleware'
import { baiduDescriptors } from '@penstock/ocr'
import { type Emulator, startEmulator } from '@penstock/ocr/emulator'
import { serving } from '../support/loopback.ts'
import { emulatorClient } from '../support/emulator-client.ts'
import { drawnText } from '../support/images.ts'
import { json } from './connecting.ts'
import type { Fault, Setting } from './fault.ts'
import { at, scene } from './scene.ts'
import { wrongBy } from './waiting.ts'

const picture = await drawnText('penstock')

/** Recognises a picture with a token that is there already, and what else is put before it. */
async function recognising(emulator: Emulator, layers: NonNullable<Setting['layers']> = () => []): Promise<Setting> {
  const access = await emulatorClient(emulator).token()
  const form = new URLSearchParams({ image: Buffer.from(picture).toString('base64') })
  return {
    origin: emulator.url,
    path: `/rest/2.0/ocr/v1/general_basic?access_token=${access}`,
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    bytes: Buffer.from(form.toString()),
    layers: () => [...layers(), reject({ verdicts: baiduDescriptors.generalBasic.verdicts })],
    request: { repeatable: 'always' },
  }
}

/** Stands still, however long a call takes; released it has gone on by a second, and runs. */
function heldClock() {
  const from = Date.now()
  let releasedAt: number | undefined
  const now = () => (releasedAt === undefined ? from : from + 1_000 + performance.now() - releasedAt)
  return { now, elapsed: now, wait: async () => {}, release: () => (releasedAt = performance.now()) }
}

export const answers: readonly Fault[] = [
  {
    number: 39,
    name: 'clock skew',
    how: 'the caller’s clock is two hours ahead, and the server takes no signature so old or young',
    cause: 'clock-skew',
    change: 'the right clock',
    named: /clock|skew/i,
    mends: /clock/i,
    arrange: async () => {
      const server = await serving((request, response) => {
        const apart = Math.abs(Number(request.headers['x-time']) - Date.now())
        if (apart > 300_000) response.writeHead(403, { 'content-type': 'application/json' }).end('{}')
        else json(request, response)
      })
      const layers = () => [sign({ sign: ({ date }) => ({ headers: { 'x-time': String(date) } }) })]
      const ahead = { layers, clock: wrongBy(7_200_000), headers: { 'x-time': String(Date.now() + 7_200_000) } }
      return at(server, ahead, { clock: wrongBy(0), headers: { 'x-time': String(Date.now()) } })
    },
  },
  {
    number: 40,
    name: 'expired token',
    how: 'the emulator lets all its tokens expire',
    cause: 'token-expired',
    change: 'a new token',
    named: /token.*expired/i,
    mends: /token/i,
    arrange: async () => {
      const emulator = await startEmulator()
      const faulty = await recognising(emulator)
      emulator.fault({ kind: 'expire' })
      return scene([emulator], faulty, () => recognising(emulator))
    },
  },
  {
    number: 41,
    name: 'a key with a line break',
    how: 'a key in a header, with the line break that stood behind it in its file',
    cause: 'header-line-break',
    change: 'the key without it',
    named: /line break|newline|Invalid character in header/i,
    mends: /trim|line break/i,
    arrange: async () => {
      const server = await serving((request, response) => {
        if (request.headers['x-api-key'] === 'key-1') json(request, response)
        else response.writeHead(401).end()
      })
      return at(server, { headers: { 'x-api-key': 'key-1\n' } }, { headers: { 'x-api-key': 'key-1' } })
    },
  },
  {
    number: 42,
    name: 'more requests a second than allowed',
    how: 'the emulator allows one, and two come in the same second',
    cause: 'qps-limit',
    change: 'rateLimit({ limit: 1 })',
    named: /requests in this second|qps/i,
    mends: /rate/i,
    arrange: async () => {
      const clock = heldClock()
      const emulator = await startEmulator({ qps: 1, clock })
      return scene([emulator], { ...(await recognising(emulator)), warmUps: 1 }, async () => {
        clock.release()
        return { ...(await recognising(emulator, () => [rateLimit({ limit: 1 })])), warmUps: 1 }
      })
    },
  },
  {
    number: 43,
    name: 'the day’s quota is used up',
    how: 'the emulator allows one request a day, and two come',
    cause: 'daily-quota',
    change: 'an account with more of it',
    named: /day/i,
    mends: /billing|package/i,
    arrange: async () => {
      const emulator = await startEmulator({ daily: 1 })
      const rich = await startEmulator({ daily: 100 })
      return scene([emulator, rich], { ...(await recognising(emulator)), warmUps: 1 }, async () => ({
        ...(await recognising(rich)),
        warmUps: 1,
      }))
    },
  },
  {
    number: 44,
    name: 'vendor code 282000',
    how: 'the emulator says 282000, twice',
    cause: 'server-error',
    change: 'retry() in the stack',
    named: /282000/,
    mends: /once more|again|retr(y|ies)/i,
    arrange: async () => {
      const emulator = await startEmulator()
      emulator.fault({ kind: 'code', code: 282000, times: 2 })
      return scene([emulator], await recognising(emulator), async () => ({
        ...(await recognising(emulator)),
        retries: 3,
      }))
    },
  },
]
