import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Body } from '../../packages/core/src/body.ts'
import { multipart, type Part } from '../../packages/core/src/encode/multipart.ts'

const pieces = async (body: Body): Promise<Uint8Array[]> => {
  if (body.kind === 'bytes') return [body.bytes]
  const all: Uint8Array[] = []
  for await (const piece of (body as { open(): AsyncIterable<Uint8Array> }).open()) all.push(piece)
  return all
}
const text = async (parts: Record<string, Part>): Promise<string> =>
  Buffer.concat(await pieces(multipart(parts, 'b').body)).toString()
const field = (name: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`
const file = (name: string, filename: string, type: string, value: string) =>
  `--b\r\nContent-Disposition: form-data; name="${name}"; filename="${filename}"\r\nContent-Type: ${type}\r\n\r\n${value}\r\n`
const refusal = (because: string) =>
  expect.objectContaining({ code: 'REQUEST_INVALID', message: `The request cannot be sent: ${because}` })

describe('multipart', () => {
  it('writes fields and files in their order, with the boundary in the content type', () => {
    expect(multipart({ b: 'é', a: 1, image: Uint8Array.of(104, 105), c: true }, 'b')).toEqual({
      body: {
        kind: 'bytes',
        bytes: Buffer.from(
          `${field('b', 'é')}${field('a', '1')}${file('image', 'blob', 'application/octet-stream', 'hi')}${field('c', 'true')}--b--\r\n`,
        ),
      },
      contentType: 'multipart/form-data; boundary=b',
    })
  })

  it('is its closing line without parts', async () => {
    expect(await text({})).toBe('--b--\r\n')
  })

  it('leaves out what is undefined or null, and repeats the name of a list', async () => {
    expect(await text({ a: undefined, b: null, c: ['x', undefined, Buffer.from('y')] })).toBe(
      `${field('c', 'x')}${file('c', 'blob', 'application/octet-stream', 'y')}--b--\r\n`,
    )
  })

  it('says how a file is named and what it is', async () => {
    const bytes = Buffer.from('%PDF')

    expect(await text({ pdf: { bytes, filename: '发票.pdf', contentType: 'application/pdf' } })).toBe(
      `${file('pdf', '发票.pdf', 'application/pdf', '%PDF')}--b--\r\n`,
    )
  })

  it('lets no name or filename end its header', async () => {
    expect(await text({ 'a"\r\nb': 'x', c: { bytes: Buffer.of(), filename: '"\n"\\' } })).toBe(
      `${field('a%22%0D%0Ab', 'x')}${file('c', '%22%0A%22\\', 'application/octet-stream', '')}--b--\r\n`,
    )
  })

  it('leaves line breaks in values as they are', async () => {
    expect(await text({ a: '\n\r' })).toBe(`${field('a', '\n\r')}--b--\r\n`)
  })

  it.each(['', 'a b', 'a"b', 'a\r\nb', 'x\n', 'é', 'x'.repeat(71)])('refuses the boundary %j', (boundary) => {
    expect(() => multipart({}, boundary)).toThrow(refusal("the boundary is not 1 to 70 letters, digits or _ ' + . -"))
  })

  it.each(['x', "A9_'+.-", 'x'.repeat(70)])('takes the boundary %j', (boundary) => {
    expect(multipart({}, boundary).body).toEqual({ kind: 'bytes', bytes: Buffer.from(`--${boundary}--\r\n`) })
  })

  it.each(['', 'a/b\r\nx: y', 'ä/b', '\na/b', 'a/b\n'])('refuses the media type %j', (contentType) => {
    expect(() => multipart({ a: { bytes: Buffer.of(), contentType } }, 'b')).toThrow(
      refusal('the contentType of the part "a" is not plain text'),
    )
  })

  it.each([{}, { bytes: 'text' }, { open: 1 }, [['x']]])('refuses the part %o', (part) => {
    expect(() => multipart({ a: part as never }, 'b')).toThrow(
      expect.objectContaining({
        code: 'REQUEST_INVALID',
        message: 'The field "a" is of type object: it takes text, a finite number or a boolean',
      }),
    )
  })

  it('is read back by a form parser, whatever is in it', async () => {
    const name = fc.string({ minLength: 1 }).filter((text) => !/["\r\n%]/.test(text))
    const value = fc.oneof(fc.string({ unit: 'grapheme' }), fc.uint8Array())
    await fc.assert(
      fc.asyncProperty(fc.dictionary(name, value, { noNullPrototype: true }), async (parts) => {
        const { body, contentType } = multipart(parts, 'penstock-0123456789')
        const form = await new Response(Buffer.concat(await pieces(body)), {
          headers: { 'content-type': contentType },
        }).formData()
        const read: unknown[] = []
        for (const [name, value] of form)
          read.push([name, typeof value === 'string' ? value : new Uint8Array(await value.arrayBuffer())])

        expect(read).toEqual(
          Object.entries(parts).map(([name, value]) => [
            name,
            typeof value === 'string' ? value : Uint8Array.from(value),
          ]),
        )
      }),
      { numRuns: 50 },
    )
  })
})

describe('a large multipart', () => {
  const frame = field('a', '').length + '--b--\r\n'.length

  it('is bytes below 64 KiB, and a recipe of known length from there on', async () => {
    expect(multipart({ a: 'x'.repeat(65_535 - frame) }, 'b').body).toMatchObject({ kind: 'bytes' })
    expect(multipart({ a: 'x'.repeat(65_536 - frame) }, 'b').body).toEqual({
      kind: 'factory',
      length: 65_536,
      open: expect.any(Function),
    })
  })

  it('hands on the caller’s memory in pieces of 64 KiB, anew for every attempt', async () => {
    const bytes = new Uint8Array(150_000).fill(120)
    const { body } = multipart({ image: bytes, z: 1 }, 'b')
    const expected = `${file('image', 'blob', 'application/octet-stream', 'x'.repeat(150_000))}${field('z', '1')}--b--\r\n`
    for (const given of [await pieces(body), await pieces(body)]) {
      expect(Buffer.concat(given).toString() === expected).toBe(true)
      expect(given.map(({ length }) => length).slice(1, -1)).toEqual([65_536, 65_536, 18_928])
      expect(given.slice(1, -1).every(({ buffer }) => buffer === bytes.buffer)).toBe(true)
    }
    expect(body).toMatchObject({ kind: 'factory', length: expected.length })
  })
})

describe('a file of whole pieces', () => {
  it('ends without an empty one', async () => {
    const given = await pieces(multipart({ image: new Uint8Array(131_072) }, 'b').body)

    expect(given.map(({ length }) => length).slice(1, -1)).toEqual([65_536, 65_536])
  })
})

describe('a part that is opened', () => {
  const opened = (...given: string[]) => ({
    open: () => given.map((text) => Buffer.from(text)),
    filename: 'f',
    contentType: 'a/b',
  })

  it('has a known length when it says so', async () => {
    const { body } = multipart({ a: { ...opened('12', '345'), length: 5 } }, 'b')
    const expected = `${file('a', 'f', 'a/b', '12345')}--b--\r\n`

    expect(body).toEqual({ kind: 'factory', length: expected.length, open: expect.any(Function) })
    expect(Buffer.concat(await pieces(body)).toString()).toBe(expected)
    expect(Buffer.concat(await pieces(body)).toString()).toBe(expected)
  })

  it('leaves the length of the body open when it says none, before other parts and after them', async () => {
    const { body } = multipart({ x: Buffer.of(), a: opened('12'), y: Buffer.of() }, 'b')

    expect(body).toEqual({ kind: 'factory', length: undefined, open: expect.any(Function) })
    expect(Buffer.concat(await pieces(body)).toString()).toContain(file('a', 'f', 'a/b', '12'))
  })

  it('may come in time', async () => {
    async function* open() {
      yield Buffer.from('later')
    }

    expect(await text({ a: { open } })).toBe(`${file('a', 'blob', 'application/octet-stream', 'later')}--b--\r\n`)
  })

  it.each([
    [['12', '3'], 2, 'more', '12'],
    [['12'], 3, '2', '12'],
    [[], 1, '0', ''],
  ])('that gives %j where %i bytes were promised ends the body', async (given, length, gave, sent) => {
    const { body } = multipart({ part: { ...opened(...given), length } }, 'b')
    const got: Uint8Array[] = []
    const read = async () => {
      for await (const piece of (body as { open(): AsyncIterable<Uint8Array> }).open()) got.push(piece)
    }

    await expect(read()).rejects.toThrow(
      new TypeError(`The part "part" was to be ${length} bytes long, and gave ${gave}`),
    )
    expect(Buffer.concat(got.slice(1)).toString()).toBe(sent)
  })
})
