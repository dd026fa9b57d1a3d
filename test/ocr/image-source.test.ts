import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pathToFileURL } from 'node:url'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type ImageSource, readSource } from '../../packages/ocr/src/image/source.ts'

const bytes = Buffer.from([1, 2, 3, 4, 5])
let folder = ''
let path = ''

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'penstock-'))
  path = join(folder, 'a b.png')
  await writeFile(path, bytes)
})
afterAll(() => rm(folder, { recursive: true }))

const read = async (image: unknown, options?: Parameters<typeof readSource>[1]) => {
  const source = await readSource(image as ImageSource, options)
  if (source.failed) return [source.code, source.cause.en]
  return source.kind === 'url' ? source.url : [[...source.bytes], source.name]
}

async function* broken() {
  yield Uint8Array.of(1, 2)
  throw new Error('the disk is gone')
}

/** A stream that gives one piece and then nothing, ever. */
const stalled = () => new Readable({ read() {} })

describe('readSource', () => {
  it('hands bytes on without a copy', async () => {
    const source = await readSource(bytes)

    expect(!source.failed && source.kind === 'bytes' && source.bytes).toBe(bytes)
  })

  it.each([
    ['an ArrayBuffer', () => Uint8Array.from(bytes).buffer],
    ['a Readable', () => Readable.from([bytes.subarray(0, 2), bytes.subarray(2)])],
    ['a web stream', () => new Response(bytes).body],
    [
      'an async iterable',
      () => ({
        async *[Symbol.asyncIterator]() {
          yield bytes
        },
      }),
    ],
  ])('reads %s, which has no name', async (_, image) => {
    expect(await read(image())).toEqual([[1, 2, 3, 4, 5], undefined])
  })

  it.each([
    ['a path', () => path],
    ['a file URL', () => pathToFileURL(path)],
    ['a file URL as text', () => pathToFileURL(path).href],
  ])('reads %s and keeps the file’s name', async (_, image) => {
    expect(await read(image())).toEqual([[1, 2, 3, 4, 5], 'a b.png'])
  })

  it.each([
    ['text', 'https://x.com/a.png?b=1'],
    ['text in capitals', 'HTTPS://x.com/a.png?b=1'],
    ['a URL', new URL('https://x.com/a.png?b=1')],
  ])('does not fetch an http url given as %s', async (_, image) => {
    expect(await read(image)).toBe('https://x.com/a.png?b=1')
  })

  it('refuses a file that is not there, by its name alone', async () => {
    expect(await read(join(folder, 'none.png'))).toEqual(['FILE_NOT_FOUND', 'there is no file none.png'])
  })

  it('refuses a path through a file', async () => {
    expect(await read(join(path, 'none.png'))).toEqual(['FILE_NOT_FOUND', 'there is no file none.png'])
  })

  it('says of a very long path that base64 is not taken', async () => {
    expect(await readSource('A'.repeat(9000))).toMatchObject({
      code: 'FILE_NOT_FOUND',
      cause: { en: `there is no file ${'A'.repeat(100)}` },
      advice: { en: 'A string is taken as a path: decode base64 into bytes first.' },
    })
  })

  it('keeps what the system threw', async () => {
    expect(await readSource(join(folder, 'none.png'))).toMatchObject({ failed: true, reason: { code: 'ENOENT' } })
  })

  it('refuses a directory', async () => {
    expect(await read(folder)).toEqual(['FILE_IS_DIRECTORY', `${folder.split('/').at(-1)} is a directory`])
  })

  it('refuses a path that the system does not take', async () => {
    expect(await read('a\0b.png')).toEqual(['FILE_UNREADABLE', 'a\0b.png cannot be read (ERR_INVALID_ARG_VALUE)'])
  })

  it.each([
    ['null', null, 'object is no image'],
    ['a number', 7, 'number is no image'],
    ['a plain object', {}, 'object is no image'],
    ['a data url', 'data:image/png;base64,AA==', 'a data: url is not read'],
    ['an ftp URL', new URL('ftp://x.com/a.png'), 'a ftp: url is not read'],
    ['a broken url', 'http://', 'the url cannot be read as one'],
    ['a file URL of another machine', 'file://server/a.png', 'the file: url names no file of this machine'],
    ['a stream of text', Readable.from(['abc']), 'the stream gives text or objects, not bytes'],
  ])('refuses %s', async (_, image, cause) => {
    expect(await read(image)).toEqual(['SOURCE_UNKNOWN', cause])
  })

  it('refuses a file larger than the cap, and takes one as large', async () => {
    expect([await read(path, { cap: 4 }), await read(path, { cap: 5 })]).toEqual([
      ['SOURCE_TOO_LARGE', 'a b.png has 5 bytes or more; at most 4 are read'],
      [[1, 2, 3, 4, 5], 'a b.png'],
    ])
  })

  it('refuses a stream longer than the cap, and lets go of it', async () => {
    const stream = Readable.from([bytes, bytes, bytes])

    expect(await read(stream, { cap: 9 })).toEqual([
      'SOURCE_TOO_LARGE',
      'the stream has 10 bytes or more; at most 9 are read',
    ])
    expect(stream.destroyed).toBe(true)
  })

  it('takes a stream as long as the cap', async () => {
    expect(await read(Readable.from([bytes]), { cap: 5 })).toEqual([[1, 2, 3, 4, 5], undefined])
  })

  it('says after how many bytes a stream broke, and keeps why', async () => {
    expect(await readSource(broken())).toMatchObject({
      code: 'STREAM_BROKE',
      cause: { en: 'the stream broke after 2 bytes' },
      reason: new Error('the disk is gone'),
    })
  })

  it('refuses a web stream that somebody else reads', async () => {
    const { body } = new Response(bytes)
    body?.getReader()

    expect(await read(body)).toEqual(['STREAM_BROKE', 'the stream broke after 0 bytes'])
  })

  it('throws the reason of a signal that fires while a stream stalls, and closes the stream', async () => {
    const stream = stalled()
    const controller = new AbortController()
    const reason = { why: 'enough' }
    const reading = readSource(stream, { signal: controller.signal })
    controller.abort(reason)

    await expect(reading).rejects.toBe(reason)
    expect(stream.destroyed).toBe(true)
  })

  it('throws the reason of a signal that has fired before', async () => {
    await expect(readSource(bytes, { signal: AbortSignal.abort('no') })).rejects.toBe('no')
  })
})
