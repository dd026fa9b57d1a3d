/** Wherever a canary is put into a call or its answer, nothing that leaves the process shows it. */
import { client, type Flight, flightOf, pipeline, Secret } from '@penstock/core'
import { breaks, replies, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import { cookies, credential, reject, retry, status } from '@penstock/middleware'
import { baiduDescriptors } from '@penstock/ocr'
import { assert, asyncProperty, constantFrom, string, stringMatching, tuple } from 'fast-check'
import { describe, expect, it } from 'vitest'
import { known, sightings } from '../faults/canaries/canary.ts'
import { views } from '../faults/canaries/views.ts'

const { verdicts } = baiduDescriptors.generalBasic

/** What of a call and its answer holds a text. */
type Told = {
  readonly path?: string
  readonly query?: string
  readonly header?: string
  readonly body?: string
  readonly json?: unknown
  readonly form?: string
  readonly key?: string
  readonly secret?: string
  readonly status: number
  readonly reply: string
  readonly replyHeaders?: Record<string, string | string[]>
}

async function made(told: Told): Promise<{ error: unknown; flight: Flight }> {
  const { path = '', query, header, body, json, form, key, secret, status: code, reply, replyHeaders } = told
  const transport = scriptedTransport(
    breaks('CONNECTION_RESET'),
    replies(code, { 'content-type': 'application/json', ...replyHeaders }, reply),
  )
  const layers = [
    retry({ retries: 1 }),
    ...(key === undefined ? [] : [credential({ apiKey: key, header: 'x-key' })]),
    status(),
    reject({ verdicts }),
    cookies(),
  ]
  const clock = virtualClock()
  const http = client({
    pipeline: pipeline(layers as [], transport),
    origin: 'https://api.example.com',
    clock,
    chance: seeded(1),
    diagnose: 'all',
  })
  const calling = http
    .send({
      method: body === undefined && json === undefined && form === undefined ? 'GET' : 'POST',
      path: `/v1/${encodeURIComponent(path)}`,
      repeatable: 'always',
      ...(query !== undefined && { query: { [`q${query.length}`]: query } }),
      headers: {
        ...(header !== undefined && { 'x-told': header }),
        ...(secret !== undefined && { 'x-secret': new Secret('told', secret) }),
      },
      ...(body !== undefined && { body }),
      ...(json !== undefined && { json }),
      ...(form !== undefined && { form: { field: form } }),
    })
    .catch((reason: unknown) => reason)
  await clock.drain()
  const error = await calling
  return { error, flight: flightOf(error)! }
}

const ascii = string({ unit: constantFrom(...'abcXYZ019-_.+/=&"<>%;, '), minLength: 0, maxLength: 12 })
/** Never one that chance might write elsewhere. */
const value = tuple(ascii, stringMatching(/^[a-z0-9]{16}$/), ascii).map(([a, b, c]) => `c${a}${b}${c}y`)
const failing = constantFrom(
  { status: 200, reply: (text: string) => JSON.stringify({ error_code: 18, error_msg: text }) },
  {
    status: 200,
    reply: (text: string) => JSON.stringify({ error_code: 17, error_msg: 'x', result: [{ words: text }] }),
  },
  { status: 200, reply: (text: string) => JSON.stringify({ error_code: `! ${text}`, error_msg: text }) },
  { status: 200, reply: (text: string) => `<html><body>${text}</body></html>` },
  { status: 200, reply: (text: string) => `${text} is no JSON` },
  { status: 200, reply: (text: string) => `{"cut": "${text}` },
  { status: 500, reply: (text: string) => text },
  { status: 403, reply: (text: string) => JSON.stringify({ [text]: text }) },
)
const places = [
  'query',
  'header',
  'body',
  'json',
  'form',
  'key',
  'secret',
  'reply',
  'set-cookie',
  'x-other',
  'location',
  'server',
] as const

/** A call with a text in one place, and the reply that goes with it. */
function put(
  place: (typeof places)[number],
  text: string,
  { status: code, reply }: { status: number; reply: (text: string) => string },
): Told {
  const base = { status: code, reply: reply(place === 'reply' ? text : 'plain') }
  if (place === 'reply') return base
  if (place === 'set-cookie') return { ...base, replyHeaders: { 'set-cookie': [`a=${text}; Path=/`] } }
  if (place === 'x-other' || place === 'location' || place === 'server')
    return { ...base, replyHeaders: { [place]: text } }
  if (place === 'json') return { ...base, json: { deep: [{ [text]: text }] } }
  if (place === 'key') return { ...base, key: text.replaceAll(' ', '') }
  return { ...base, [place]: text }
}

describe('a canary', () => {
  it('in any place of a request or a reply is seen in no view', async () => {
    await assert(
      asyncProperty(constantFrom(...places), value, failing, async (place, text, answer) => {
        const { error, flight } = await made(put(place, text, answer))
        const planted = place === 'key' ? text.replaceAll(' ', '') : text
        expect(sightings([known(place, planted)], views(error, flight))).toEqual([])
      }),
      { numRuns: 300, seed: 20_261_121 },
    )
  })

  it('that is a secret is masked even where texts are shown: path, code, type, id, reason', async () => {
    const shown = constantFrom('path', 'code', 'type', 'id', 'requestId')
    await assert(
      asyncProperty(shown, stringMatching(/^[\w.-]{8,40}$/), async (place, rest) => {
        const text = `zq7${rest}`
        const held = new Secret('held', text)
        const reply = JSON.stringify({
          error_code: place === 'code' ? text : 17,
          error_msg: 'x',
          log_id: place === 'id' ? text : '1',
        })
        const { error, flight } = await made({
          status: 200,
          reply,
          ...(place === 'path' && { path: text }),
          replyHeaders: {
            ...(place === 'type' && { 'content-type': `application/json; charset=${text}` }),
            ...(place === 'requestId' && { 'x-request-id': text }),
          },
        })
        expect(sightings([known(place, text)], views(error, flight))).toEqual([])
        expect(held.reveal()).toBe(text)
      }),
      { numRuns: 150, seed: 20_261_121 },
    )
  })
})
