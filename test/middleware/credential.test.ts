import { inspect } from 'node:util'
import { type Call, client, layer, type Next, pipeline, type Request, revealed, Secret } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { credential, type CredentialOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

async function sent(options: CredentialOptions, request: Partial<Request> = {}) {
  const transport = scriptedTransport(replies(200))
  let context: unknown
  const look = layer({
    name: 'look',
    slot: 'seal',
    run(call: Call, next: Next) {
      context = call.context
      return next(call)
    },
  })
  const stack = pipeline([credential(options), look], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock: virtualClock() })
  await http.send({ path: '/', ...request })
  const call = transport.calls[0]!
  const query = call.secretQuery.map(([name, value]) => [name, value.reveal()])
  return { headers: revealed(call.headers), query, call, context: context as Record<string, unknown> }
}

describe('credential', () => {
  it.each([
    ['a bearer token', { bearer: 'abc' }, { authorization: 'Bearer abc' }, []],
    [
      'user and password in UTF-8',
      { basic: { user: 'ü', password: 'p ß' } },
      { authorization: 'Basic w7w6cCDDnw==' },
      [],
    ],
    ['a key in a header', { apiKey: 'k', header: 'X-Api-Key' }, { 'x-api-key': 'k' }, []],
    ['a key in the query', { apiKey: 'k', query: 'key' }, {}, [['key', 'k']]],
    ['a secret', { bearer: new Secret('mine', 'abc') }, { authorization: 'Bearer abc' }, []],
    [
      'a password that is a secret',
      { basic: { user: 'u', password: new Secret('mine', 'p') } },
      { authorization: 'Basic dTpw' },
      [],
    ],
  ] as const)('sends %s', async (_, options, headers, query) => {
    expect(await sent(options)).toMatchObject({ headers, query })
  })

  it('replaces what is there already, and leaves the rest', async () => {
    const inQuery = await sent(
      { apiKey: 'new', query: 'key' },
      { query: { key: new Secret('a', 'old'), other: new Secret('b', 'kept') } },
    )
    const inHeader = await sent({ bearer: 'new' }, { headers: { Authorization: 'old', accept: 'text/plain' } })

    expect(inQuery.query).toEqual([
      ['other', 'kept'],
      ['key', 'new'],
    ])
    expect(inHeader.headers).toEqual({ authorization: 'Bearer new', accept: 'text/plain' })
  })

  it('hands the secret in, and an account that is the same for the same credential alone', async () => {
    const [one, again, other] = await Promise.all(['abc', 'abc', 'abd'].map((bearer) => sent({ bearer })))

    expect((one!.context['credential'] as Secret).reveal()).toBe('abc')
    expect(one!.context['account']).toMatch(/^[0-9a-f]{12}$/)
    expect(again!.context['account']).toBe(one!.context['account'])
    expect(other!.context['account']).not.toBe(one!.context['account'])
  })

  it('shows the value nowhere on the call', async () => {
    for (const options of [
      { bearer: 'canary' },
      { apiKey: 'canary', query: 'key' },
      { basic: { user: 'u', password: 'canary' } },
    ]) {
      const { call } = await sent(options)
      const shown = inspect(call.headers) + inspect(call.secretQuery) + JSON.stringify([call.headers, call.context])
      expect(shown).not.toMatch(/canary|dTpjYW5hcnk/)
    }
  })

  it.each([
    [{ bearer: 'canary\n' }, 'the bearer holds a line break'],
    [{ bearer: 'canary ' }, 'the bearer holds a space'],
    [{ bearer: '' }, 'the bearer is empty'],
    [{ bearer: 'canaryä' }, 'the bearer holds a character that is not printable ASCII'],
    [{ bearer: undefined as never }, 'the bearer is no text'],
    [{ apiKey: new Secret('a', '\tcanary'), header: 'x' }, 'the api_key holds a space'],
    [{ apiKey: 'canary', header: 'x y' }, 'header is no name of a header'],
    [{ apiKey: 'canary', query: '' }, 'query is empty: name the parameter'],
    [{ basic: { user: 'a:b', password: 'canary' } }, 'the user holds a colon, a line break, or a space at its end'],
    [{ basic: { user: '', password: 'canary' } }, 'the user holds a colon, a line break, or a space at its end'],
    [
      { basic: { user: 'a', password: 'canary\r' } },
      'the password is empty, or holds a line break or a space at its end',
    ],
    [
      { basic: { user: 'a', password: 'can\nary' } },
      'the password is empty, or holds a line break or a space at its end',
    ],
  ] as const)('refuses what cannot be meant, without showing it: %#', (options, because) => {
    expect(() => credential(options as CredentialOptions)).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', message: `credential(): ${because}` }),
    )
  })

  it('takes a name, and shows in the plan how it is sent', () => {
    const stack = pipeline([credential({ apiKey: 'k', query: 'key', name: 'maps' })], scriptedTransport(replies(200)))

    expect(String(stack.plan())).toBe('maps(query key) → scripted')
  })
})
