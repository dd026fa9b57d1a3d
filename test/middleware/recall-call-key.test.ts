import { type Body, type Call, onceBody, plainWire, Secret } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { callKey } from '../../packages/middleware/src/recall/call-key.ts'

/** What it looks at of a call. */
const call = (more: object = {}) =>
  ({
    wire: plainWire,
    method: 'POST',
    origin: 'https://api.example.com',
    path: '/read?b=1',
    endpoint: { id: 'acme.read' },
    headers: { b: '2', a: ['1', '2'] },
    secretQuery: [['key', new Secret('key', 'k3y')]],
    context: { account: 'me', page: 7, fresh: true, none: undefined, nil: null },
    body: { kind: 'text', text: 'a body' },
    ...more,
  }) as unknown as Call<any>
const unheard = (more: object): Body => ({ kind: 'factory', open: () => expect.fail('it is opened'), ...more }) as never

describe('the digest of a call', () => {
  it('is the same from the first version on, so that files that bear it are found again', () => {
    expect([callKey(call()), callKey(call(), 'md5'), callKey(call({ body: { kind: 'none' } }))]).toEqual([
      '4fbd80e34bf342615f0492c57c38c93c0b9c08562397744c07a09a185009b110',
      'bd6d83bbc1780850be3d4f27909df862',
      'b8abc7647768b6ee4f66b9f14d0b6796c13040a8eeff6aadafced5b5ad7751b4',
    ])
  })

  it('is another for each thing that an answer hangs on', () => {
    const others = [
      {},
      { method: 'GET' },
      { origin: 'https://other.example.com' },
      { path: '/read?b=2' },
      { endpoint: undefined },
      { headers: { b: '2' } },
      { secretQuery: [] },
      { secretQuery: [['key', 'k3y']] },
      { context: { account: 'you' } },
      { body: { kind: 'text', text: 'another' } },
      { body: { kind: 'bytes', bytes: Buffer.from('a body, in bytes') } },
      { body: { kind: 'none' } },
    ]
    expect(new Set(others.map((other) => callKey(call(other)))).size).toBe(others.length)
  })

  it.each([
    ['a gift that has no text', { context: { client: {} } }],
    ['a list with something in it that has no text', { context: { all: ['text', {}] } }],
    ['wire options of its own', { wire: { ...plainWire, tls: { minVersion: 'TLSv1.3' } } }],
    ['a body that is read once', { body: onceBody((async function* () {})()) }],
    ['a body that is read once, of known length', { body: unheard({ kind: 'once', length: 7 }) }],
    ['a body of unknown length', { body: unheard({ kind: 'factory', length: undefined }) }],
    [
      'a stream that cannot be told to stop',
      { body: { kind: 'factory', length: 7, open: () => ({ [Symbol.asyncIterator]: () => ({}) }) } },
    ],
  ])('is none for %s', (_, more) => {
    expect(callKey(call(more))).toBeUndefined()
  })
})
