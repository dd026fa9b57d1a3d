import { client, type Endpoint, pipeline } from '@penstock/core'
import { repliesJson, scriptedTransport } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { z } from 'zod'

const endpoint = (more: Partial<Endpoint> = {}): Endpoint => ({
  id: 'things.find',
  method: 'POST',
  path: '/things',
  encoding: 'none',
  input: z.any(),
  output: z.looseObject({}),
  ...more,
})

function set(answer: unknown = { ok: true }) {
  const transport = scriptedTransport(repliesJson(answer))
  return { transport, http: client({ pipeline: pipeline([], transport), origin: 'https://api.example.com' }) }
}

async function sent(more: Partial<Endpoint>, input: unknown, options: object = {}) {
  const { http, transport } = set()
  await http.call(endpoint(more), input, options)
  const { method, path, body, headers, repeatable } = transport.calls[0]!
  const text = body.kind === 'text' ? body.text : body.kind === 'bytes' ? Buffer.from(body.bytes).toString() : body.kind
  return { method, path, body: text, type: headers['content-type'], repeatable }
}

describe('the input of an endpoint', () => {
  const input = { kind: 'a/b', name: 'n', size: 2 }

  it.each([
    ['form', '/things', 'kind=a%2Fb&name=n&size=2', 'application/x-www-form-urlencoded'],
    ['json', '/things', '{"kind":"a/b","name":"n","size":2}', 'application/json'],
    ['query', '/things?kind=a%2Fb&name=n&size=2', 'none', undefined],
    ['none', '/things', 'none', undefined],
  ] as const)('is sent as %s', async (encoding, path, body, type) => {
    expect(await sent({ encoding }, input)).toEqual({ method: 'POST', path, body, type, repeatable: 'unsent' })
  })

  it('is sent in parts', async () => {
    expect((await sent({ encoding: 'multipart' }, { name: 'n' })).type).toMatch(/^multipart\/form-data; boundary=/)
  })

  it('fills the path by its fields, which are sent nowhere else', async () => {
    const path = '/things/{kind}/{size}'
    expect(await sent({ path, encoding: 'json' }, input)).toMatchObject({
      path: '/things/a%2Fb/2',
      body: '{"name":"n"}',
    })
  })

  it('may be nothing', async () => {
    expect(await sent({ encoding: 'json' }, undefined)).toMatchObject({ body: '{}' })
  })

  it('that is wrong is named by the endpoint and the field, and nothing is sent', async () => {
    const { http, transport } = set()
    const wants = endpoint({ input: z.object({ a: z.object({ b: z.string('a text is due') }) }) })
    await expect(http.call(wants, { a: { b: 1 } })).rejects.toMatchObject({
      code: 'INPUT_INVALID',
      kind: 'input',
      message: 'things.find: a.b: a text is due',
    })
    expect(transport.calls).toEqual([])
  })
})

describe('whether an endpoint may be sent again', () => {
  it.each([
    ['its method says', { method: 'GET' }, {}, 'always'],
    ['it says so itself', { method: 'GET', repeatable: 'never' }, {}, 'never'],
    ['the caller says so', { repeatable: 'never' }, { repeatable: 'always' }, 'always'],
    ['the caller alone says so', {}, { repeatable: 'always' }, 'always'],
  ] as const)('is as %s', async (_, more, options, repeatable) => {
    expect((await sent(more, {}, options)).repeatable).toBe(repeatable)
  })
})

it('an endpoint’s own method and path win over options of the same name', async () => {
  const odd = { method: 'DELETE', path: '/all' }
  expect(await sent({}, {}, odd)).toMatchObject({ method: 'POST', path: '/things' })
})

it('the answer of an endpoint has its story, which is not among its fields', async () => {
  const { http } = set({ id: 'a' })
  const answer = await http.call(endpoint(), {})
  expect(Object.keys(answer)).toEqual(['id'])
  expect(answer.explain({ lang: 'zh' })).toContain('POST https://api.example.com/things')
  expect([answer.ledger.method, answer.ledger.endpoint, answer.ledger.attempts]).toEqual(['POST', 'things.find', 1])
})

it('an answer in another form than the endpoint promises is an error', async () => {
  const { http } = set({ id: 1 })
  const promising = endpoint({ output: z.object({ id: z.string('a text is due') }) })
  await expect(http.call(promising, {})).rejects.toMatchObject({ code: 'REPLY_SCHEMA', kind: 'reply' })
})
