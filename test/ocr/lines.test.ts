import { describe, expect, it } from 'vitest'
import { box, slant, uprightBox } from '../../packages/ocr/src/box.ts'
import { readBaidu } from '../../packages/ocr/src/read/baidu.ts'

const location = { left: 10, top: 20, width: 30, height: 5 }
const topLeft = { x: 10, y: 20 }
const topRight = { x: 40, y: 20 }
const bottomRight = { x: 40, y: 25 }
const bottomLeft = { x: 10, y: 25 }

describe('readBaidu', () => {
  it('gives only text and page for a plain reply of general_basic', () => {
    expect(readBaidu({ words_result: [{ words: ' TSINGTAO' }, { words: '青島睥酒' }] })).toEqual({
      lines: [
        { text: ' TSINGTAO', page: 1 },
        { text: '青島睥酒', page: 1 },
      ],
      text: ' TSINGTAO\n青島睥酒',
      page: 1,
    })
  })

  it('gives an empty page for an image without text', () => {
    expect(readBaidu({ words_result: [] })).toEqual({ lines: [], text: '', page: 1 })
  })

  it('takes the average probability as confidence', () => {
    const { lines } = readBaidu({
      words_result: [{ words: 'a', probability: { average: 0.9, min: 0.1, variance: 0 } as { average: number } }],
    })

    expect(lines).toEqual([{ text: 'a', confidence: 0.9, page: 1 }])
  })

  it('says which page of how many', () => {
    expect(readBaidu({ words_result: [{ words: 'a' }], pdf_file_size: 7 }, 3)).toEqual({
      lines: [{ text: 'a', page: 3 }],
      text: 'a',
      page: 3,
      pages: 7,
    })
  })

  it('counts the pages of an OFD too', () => {
    expect(readBaidu({ words_result: [], ofd_file_size: 2 }).pages).toBe(2)
  })

  it('numbers paragraphs from 1 and leaves a line outside them without one', () => {
    const { lines } = readBaidu({
      words_result: [{ words: 'a' }, { words: 'b' }, { words: 'c' }],
      paragraphs_result: [{ words_result_idx: [0] }, { words_result_idx: [2, 9] }],
    })

    expect(lines).toEqual([
      { text: 'a', page: 1, paragraph: 1 },
      { text: 'b', page: 1 },
      { text: 'c', page: 1, paragraph: 2 },
    ])
  })

  it.each([
    [0, 'en'],
    [1, 'ja'],
    [2, 'ko'],
    [3, 'zh'],
  ])('reads language %i as %s', (language, tag) => {
    const page = readBaidu({ words_result: [{ words: 'a' }], language })

    expect([page.language, page.lines[0]?.language]).toEqual([tag, tag])
  })

  it('gives no language for one that is not known', () => {
    expect(readBaidu({ words_result: [{ words: 'a' }], language: -1 })).toEqual({
      lines: [{ text: 'a', page: 1 }],
      text: 'a',
      page: 1,
    })
  })

  it.each([
    [0, 0, [topLeft, topRight, bottomRight, bottomLeft]],
    [1, -90, [bottomLeft, topLeft, topRight, bottomRight]],
    [2, 180, [bottomRight, bottomLeft, topLeft, topRight]],
    [3, 90, [topRight, bottomRight, bottomLeft, topLeft]],
  ])('starts an upright box at the text’s top left when direction is %i', (direction, angle, corners) => {
    expect(readBaidu({ words_result: [{ words: 'a', location }], direction })).toEqual({
      lines: [{ text: 'a', page: 1, angle, box: corners }],
      text: 'a',
      page: 1,
      angle,
    })
  })

  it.each([-1, 4])('gives no angle for direction %i', (direction) => {
    expect(readBaidu({ words_result: [{ words: 'a', location }], direction })).toEqual({
      lines: [{ text: 'a', page: 1, box: [topLeft, topRight, bottomRight, bottomLeft] }],
      text: 'a',
      page: 1,
    })
  })

  it('prefers the four vertexes to the upright location, and takes the slant from them', () => {
    const vertexes_location = [
      { x: 0, y: 0 },
      { x: 100, y: 100 },
      { x: 90, y: 110 },
      { x: -10, y: 10 },
    ]

    expect(readBaidu({ words_result: [{ words: 'a', location, vertexes_location }], direction: 0 }).lines).toEqual([
      { text: 'a', page: 1, angle: 45, box: vertexes_location },
    ])
  })

  it('falls back on the location when the vertexes are not four', () => {
    expect(readBaidu({ words_result: [{ words: 'a', location, vertexes_location: [topLeft] }] }).lines).toEqual([
      { text: 'a', page: 1, box: [topLeft, topRight, bottomRight, bottomLeft] },
    ])
  })
})

describe('box', () => {
  it('turns counter-clockwise corners round and keeps the first', () => {
    expect(box([topLeft, bottomLeft, bottomRight, topRight])).toEqual([topLeft, topRight, bottomRight, bottomLeft])
  })

  it('keeps only x and y', () => {
    expect(box([{ ...topLeft, z: 1 } as typeof topLeft, topRight, bottomRight, bottomLeft])).toEqual([
      topLeft,
      topRight,
      bottomRight,
      bottomLeft,
    ])
  })

  it('is not made of five corners', () => {
    expect(box([topLeft, topRight, bottomRight, bottomLeft, topLeft])).toBeUndefined()
  })
})

it.each([
  [0, [topLeft, topRight, bottomRight, bottomLeft]],
  [180, [bottomRight, bottomLeft, topLeft, topRight]],
  [-90, [bottomLeft, topLeft, topRight, bottomRight]],
  [90, [topRight, bottomRight, bottomLeft, topLeft]],
] as const)('slant of a line turned by %i is that', (angle, corners) => {
  expect([slant(corners), uprightBox(location, angle)]).toEqual([angle, corners])
})
