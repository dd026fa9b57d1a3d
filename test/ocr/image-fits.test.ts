import { describe, expect, it } from 'vitest'
import type { ImageLimits } from '../../packages/ocr/src/descriptor.ts'
import { documentFits, fits, urlFits } from '../../packages/ocr/src/image/fits.ts'
import { accurate, generalBasic } from '../../packages/ocr/src/vendors/baidu/index.ts'

const older: ImageLimits = {
  source: 'old page',
  date: '2020',
  encodedBytes: 1200,
  shortest: 15,
  longest: 100,
  formats: ['png'],
  urlBytes: 10,
}
const newer: ImageLimits = {
  ...older,
  source: 'new page',
  date: '2021',
  encodedBytes: 2400,
  longest: 200,
  formats: ['png', 'jpg'],
  urlBytes: 20,
}
const image = { failed: false, format: 'png', width: 100, height: 100, bytes: 900 } as const
const both = [older, newer]

/** What is refused, or the notes, each with the page it is from. */
const said = (fit: ReturnType<typeof fits>) =>
  fit.failed ? `refused: ${fit.code}, ${fit.cause.en}` : fit.notes.map((note) => `${note.code}, ${note.cause.en}`)

describe('fits', () => {
  it('lets pass in silence what every page allows, up to its limits', () => {
    expect(fits(image, 1200, both)).toEqual({ failed: false, notes: [] })
    expect(fits({ ...image, width: 15, height: 15 }, 1, both)).toEqual({ failed: false, notes: [] })
  })

  it.each([
    [
      'size',
      image,
      1201,
      'IMAGE_TOO_LARGE, it takes 1201 bytes once encoded; at most 1200 are allowed (old page, 2020)',
    ],
    [
      'side',
      { ...image, width: 101 },
      1,
      'IMAGE_SIDE_TOO_LONG, the image is 101×100 pixels; its longest side may be 100 (old page, 2020)',
    ],
    ['format', { ...image, format: 'jpg' }, 1, 'IMAGE_FORMAT, the image is jpg; allowed are png (old page, 2020)'],
  ])('notes a %s that one page forbids, and sends it', (_, image, size, note) => {
    expect(said(fits(image, size, both))).toEqual([note])
  })

  it.each([
    [
      'size',
      image,
      2401,
      'IMAGE_TOO_LARGE, it takes 2401 bytes once encoded; at most 2400 are allowed (new page, 2021)',
    ],
    [
      'long side',
      { ...image, height: 201 },
      1,
      'IMAGE_SIDE_TOO_LONG, the image is 100×201 pixels; its longest side may be 200 (new page, 2021)',
    ],
    [
      'short side',
      { ...image, height: 14 },
      1,
      'IMAGE_TOO_SMALL, the image is 100×14 pixels; its shortest side must be at least 15 (new page, 2021)',
    ],
    [
      'format',
      { ...image, format: 'webp' },
      1,
      'IMAGE_FORMAT, the image is webp; allowed are png, jpg (new page, 2021)',
    ],
  ])('refuses a %s that every page forbids, with the numbers of the most generous', (_, image, size, refusal) => {
    expect(said(fits(image, size, both))).toBe(`refused: ${refusal}`)
    expect(said(fits(image, size, both.toReversed()))).toBe(`refused: ${refusal}`)
  })

  it('takes the page of longer sides as the more generous when both allow as many bytes', () => {
    expect(said(fits({ ...image, width: 300 }, 1, [older, { ...newer, encodedBytes: older.encodedBytes }]))).toContain(
      '(new page, 2021)',
    )
  })

  it('refuses what every page forbids, each for its own reason', () => {
    const wide = { ...newer, encodedBytes: 9999, longest: 50 }

    expect(said(fits(image, 5000, [older, wide]))).toBe(
      'refused: IMAGE_SIDE_TOO_LONG, the image is 100×100 pixels; its longest side may be 50 (new page, 2021)',
    )
  })

  it('says in both languages what to do', () => {
    expect(fits(image, 2401, both)).toEqual({
      failed: true,
      code: 'IMAGE_TOO_LARGE',
      cause: {
        en: 'it takes 2401 bytes once encoded; at most 2400 are allowed (new page, 2021)',
        zh: '编码后为 2401 字节，上限为 2400 字节（new page, 2021）',
      },
      advice: {
        en: 'Scale it down, save it as JPEG, or cut it into pieces: a file of about 1694 bytes fits.',
        zh: '请缩小、另存为 JPEG 或切割：约 1694 字节以内的文件可以发送。',
      },
    })
  })

  it.each([
    [100, 25, []],
    [25, 100, []],
    [100, 24, ['IMAGE_RATIO']],
    [24, 100, ['IMAGE_RATIO']],
  ])('notes a ratio beyond 1:4, and not more: %i×%i', (width, height, codes) => {
    const fit = fits({ ...image, width, height }, 1, both)

    expect(fit.failed ? fit.code : fit.notes.map(({ code }) => code)).toEqual(codes)
  })

  it('holds no image to an endpoint without limits', () => {
    expect(fits(image, 1, [])).toEqual({ failed: false, notes: [] })
  })
})

describe('Baidu’s limits', () => {
  const photo = { ...image, width: 4000, height: 3000 }

  it('send 5 MB to general_basic with a note of the page that allows 4', () => {
    expect(said(fits(photo, 5 * 1024 ** 2, generalBasic.image))).toEqual([
      'IMAGE_TOO_LARGE, it takes 5242880 bytes once encoded; at most 4194304 are allowed (https://ai.baidu.com/ai-doc/OCR/1k3h7y3db, 2024-11-03)',
    ])
  })

  it.each([
    ['12 MB to general_basic', generalBasic, photo, 12 * 1024 ** 2, 'IMAGE_TOO_LARGE'],
    ['12 MB to accurate', accurate, photo, 12 * 1024 ** 2, 'IMAGE_TOO_LARGE'],
    ['9000 pixels to accurate', accurate, { ...photo, width: 9000 }, 1, 'IMAGE_SIDE_TOO_LONG'],
    ['one pixel', generalBasic, { ...photo, width: 1, height: 1 }, 1, 'IMAGE_TOO_SMALL'],
    ['a GIF', accurate, { ...photo, format: 'gif' }, 1, 'IMAGE_FORMAT'],
  ])('refuse %s', (_, endpoint, image, size, code) => {
    const fit = fits(image, size, endpoint.image)

    expect(fit.failed && fit.code).toBe(code)
  })
})

describe('documentFits', () => {
  it('holds a PDF to the size alone', () => {
    expect([said(documentFits(1200, both)), said(documentFits(2401, both))]).toEqual([
      [],
      'refused: IMAGE_TOO_LARGE, it takes 2401 bytes once encoded; at most 2400 are allowed (new page, 2021)',
    ])
  })
})

describe('urlFits', () => {
  it('counts bytes, not characters', () => {
    expect([said(urlFits('h://百度', both)), said(urlFits('h://百度百度百度', both))]).toEqual([
      [],
      'refused: URL_TOO_LONG, the url has 22 bytes; at most 20 are allowed (new page, 2021)',
    ])
  })

  it('notes a url that one page forbids', () => {
    expect(said(urlFits('http://a.cn', both))).toEqual([
      'URL_TOO_LONG, the url has 11 bytes; at most 10 are allowed (old page, 2020)',
    ])
  })
})
