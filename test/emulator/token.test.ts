import { type Emulator, startEmulator } from '@penstock/ocr/emulator'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emulatorClient } from '../support/emulator-client.ts'
import { handClock } from '../support/hand-clock.ts'

const clock = handClock()
let emulator: Emulator
let client: ReturnType<typeof emulatorClient>

beforeEach(async () => {
  emulator = await startEmulator({ apiKey: 'key', secretKey: 'secret', tokenLife: 60_000, clock })
  client = emulatorClient(emulator)
})
afterEach(() => emulator.close())

const good = { grant_type: 'client_credentials', client_id: 'key', client_secret: 'secret' }
const path = '/oauth/2.0/token'
const query = new URLSearchParams(good).toString()
const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) })
const { grant_type, ...ungranted } = good

describe('the token endpoint', () => {
  it.each([
    ['the query of a GET', `${path}?${query}`, {}],
    ['the query of a POST', `${path}?${query}`, { method: 'POST' }],
    ['a form', path, form(good)],
    ['JSON', path, { method: 'POST', body: JSON.stringify(good), headers: { 'content-type': 'application/json' } }],
  ])('takes credentials from %s', async (_, target, init) => {
    const { status, json } = await client.send(target, init)

    expect({ status, ...json }).toEqual({
      status: 200,
      access_token: expect.stringMatching(/^24\.[0-9a-f]{32}\.60\.\d{10}\.282335-[0-9a-f]{8}$/),
      refresh_token: expect.stringMatching(/^25\./),
      expires_in: 60,
      scope: expect.stringContaining('brain_all_scope'),
      session_key: expect.any(String),
      session_secret: expect.any(String),
    })
  })

  it.each([
    ['an unknown id', { ...good, client_id: 'other' }, 401, 'invalid_client', 'unknown client id'],
    ['a wrong secret', { ...good, client_secret: 'x' }, 401, 'invalid_client', 'Client authentication failed'],
    ['no grant', ungranted, 400, 'invalid_request', 'The required parameter grant_type is missing'],
    [
      'another grant',
      { ...good, grant_type: 'password' },
      400,
      'unsupported_grant_type',
      'The authorization grant type is not supported',
    ],
  ])('refuses %s', async (_, fields, status, error, error_description) => {
    const refused = await client.send(path, form(fields))

    expect([refused.status, refused.json]).toEqual([status, { error, error_description }])
  })

  it('promises thirty days by default', async () => {
    await using plain = await startEmulator()
    const { apiKey: client_id, secretKey: client_secret } = plain
    const { json } = await emulatorClient(plain).send(path, form({ grant_type, client_id, client_secret }))

    expect(json.expires_in).toBe(2_592_000)
  })
})

describe('an access token', () => {
  const call = (query: string, headers: Record<string, string> = {}) =>
    client.send(`/rest/2.0/ocr/v1/general_basic${query}`, { method: 'POST', headers })

  it('opens the door, also with the second question mark of the vendor’s SDK', async () => {
    const { json } = await call(`?aipSdk=node&access_token=${await client.token()}?aipSdk=node`)

    expect(json).toMatchObject({ error_code: 216101 })
  })

  it.each([
    ['is missing', '', {}, { error_code: 100, error_msg: 'Invalid parameter' }],
    ['is unknown', '?access_token=24.x', {}, { error_code: 110, error_msg: 'Access token invalid or no longer valid' }],
    [
      'is a signature',
      '',
      { authorization: 'bce-auth-v1/a/b' },
      { error_code: 14, error_msg: 'IAM Certification failed' },
    ],
    [
      'is a bearer key',
      '',
      { authorization: 'Bearer x' },
      { error_code: 110, error_msg: 'Access token invalid or no longer valid' },
    ],
  ])('that %s is refused within HTTP 200', async (_, query, headers, body) => {
    const { status, json } = await call(query, headers)

    expect([status, json]).toEqual([200, body])
  })

  it('expires when its life has passed and not before', async () => {
    const token = await client.token()
    clock.advance(59_999)
    const before = (await call(`?access_token=${token}`)).json.error_code
    clock.advance(1)
    const after = (await call(`?access_token=${token}`)).json

    expect([before, after]).toEqual([216101, { error_code: 111, error_msg: 'Access token expired' }])
  })

  it('expires at once by a fault, and the next one is good', async () => {
    const old = await client.token()
    emulator.fault({ kind: 'expire' })
    const next = await client.token()

    expect((await call(`?access_token=${old}`)).json.error_code).toBe(111)
    expect((await call(`?access_token=${next}`)).json.error_code).toBe(216101)
  })
})
