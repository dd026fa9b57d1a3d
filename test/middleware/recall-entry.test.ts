import { bytesBody, Reply } from '@penstock/core'
import { describe, expect, it } from 'vitest'
import { type Entry, entryOf, opened, sealed } from '../../packages/middleware/src/recall/entry.ts'

const entry: Entry = {
  storedAt: 1_767_225_600_000,
  status: 200,
  headers: { etag: '"v1"', link: ['<a>', '<b>'] },
  body: Buffer.from('Größe'),
}

/** What stands in the store, changed. */
const changed = (of: Entry, change: object) =>
  Buffer.from(JSON.stringify({ ...JSON.parse(Buffer.from(sealed(of)).toString()), ...change }))

describe('an entry', () => {
  it.each<[string, Entry]>([
    ['text', entry],
    ['bytes that are no text', { ...entry, body: Buffer.from([0, 255, 10]) }],
    ['no body', { ...entry, body: Buffer.alloc(0) }],
    ['what a layer keeps beside it', { ...entry, about: { vary: ['accept'] } }],
  ])('comes back as it was kept: %s', (_, kept) => {
    const found = opened(sealed(kept))
    expect(found).toStrictEqual({ ...kept, body: expect.anything() })
    expect(Buffer.from(found.body)).toEqual(Buffer.from(kept.body))
  })

  it.each<[string, Entry, object]>([
    ['of a later form', entry, { penstock: 2 }],
    ['with another body', entry, { text: 'else' }],
    ['with another status', entry, { status: 201 }],
    ['with something put beside it', entry, { about: {} }],
    ['with another thing beside it', { ...entry, about: { a: 1 } }, { about: { a: 2 } }],
  ])('is not believed %s', (_, kept, change) => {
    expect(() => opened(changed(kept, change))).toThrow('The entry is corrupt')
  })

  it.each<[string, string, Entry]>([
    [
      'alone',
      '{"penstock":1,"sha256":"a8fcb8208dfe141db96c96902836efa09bfc9338f5da5ef3c0108465d05b3b20","storedAt":1767225600000,"status":200,"headers":{"etag":"\\"v1\\"","link":["<a>","<b>"]},"text":"Größe"}',
      entry,
    ],
    [
      'with what a layer keeps beside it',
      '{"penstock":1,"sha256":"45841a52f502358e56f59828d6ce0ec1633bf22fac0f9a8efda04915eaf99514","storedAt":1767225600000,"status":200,"headers":{"etag":"\\"v1\\"","link":["<a>","<b>"]},"text":"Größe","about":{"a":1}}',
      { ...entry, about: { a: 1 } },
    ],
  ])('is written as it has been from the first, so that what is kept stays of use: %s', (_, text, kept) => {
    expect(Buffer.from(sealed(kept)).toString()).toBe(text)
  })

  it('holds of the headers those that tell how to read it', () => {
    const headers = { 'content-type': 'text/plain', 'set-cookie': ['a=1'], 'x-other': 'y', etag: undefined }
    const { headers: kept } = entryOf(new Reply(200, headers, bytesBody(Buffer.alloc(0))), Buffer.alloc(0), 1)
    expect(Object.entries(kept)).toEqual([['content-type', 'text/plain']])
  })
})
