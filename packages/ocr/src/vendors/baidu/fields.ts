/**
 * Fields that the endpoints share, under the vendor's own names, so that a search for `words_result` finds both its
 * documentation and our code. What we send is checked strictly; what we get may hold more than we know.
 */
import { z } from '../../schema.ts'

/** Sent as the text `true` or `false`. */
export const flag = z.optional(z.boolean())

// not z.instanceof: its type would refuse a Buffer, whose memory may be shared
const bytes = z.optional(
  z.custom<Uint8Array>((value) => value instanceof Uint8Array, {
    error: 'expected a Uint8Array of the raw bytes, not base64',
  }),
)
const pageNumber = z.optional(z.int().check(z.positive()))

/** The four ways to give an image; the encoder turns bytes into base64. See {@link oneDocument}. */
export const document = {
  image: bytes,
  url: z.optional(z.url({ protocol: /^https?$/, error: 'expected a whole http or https address' })),
  pdf_file: bytes,
  /** Which page, from 1. @default 1 */
  pdf_file_num: pageNumber,
  ofd_file: bytes,
  /** Which page, from 1. @default 1 */
  ofd_file_num: pageNumber,
}

type Document = { readonly [Name in keyof typeof document]?: unknown }

const documentNames = ['image', 'url', 'pdf_file', 'ofd_file'] as const

/** Exactly one document, and a page number only beside its own. */
export const oneDocument = z.superRefine<Document>((value, context) => {
  const [winner, ...losers] = documentNames.filter((name) => value[name] !== undefined)
  if (winner === undefined)
    context.addIssue({
      code: 'custom',
      message: 'one of image, url, pdf_file, ofd_file is required',
      params: { code: 'NO_SOURCE', zh: 'image、url、pdf_file、ofd_file 必须给出其中一个' },
    })
  for (const loser of losers)
    context.addIssue({
      code: 'custom',
      path: [loser],
      message: `both ${winner} and ${loser} are given: Baidu would let ${winner} win and ignore ${loser} in silence; leave one out`,
      params: { code: 'TWO_SOURCES', zh: `同时给出了 ${winner} 和 ${loser}：百度会静默忽略 ${loser}，请只保留一个` },
    })
  for (const name of ['pdf_file', 'ofd_file'] as const)
    if (value[`${name}_num`] !== undefined && value[name] === undefined)
      context.addIssue({
        code: 'custom',
        path: [`${name}_num`],
        message: `${name}_num is given without ${name}: Baidu would ignore it in silence`,
        params: { code: 'PAGE_WITHOUT_DOCUMENT', zh: `给出了 ${name}_num 却没有 ${name}：百度会静默忽略该参数` },
      })
})

/** An unsigned 64-bit integer, which a JavaScript number would round: the JSON decoder hands big ones over as text. */
export const logId = z.pipe(z.union([z.string(), z.number(), z.bigint()]), z.transform(String))

/** A count of pages, which comes as a number or as text. */
const pageCount = z.optional(z.coerce.number())

/** From 0 to 1, over the characters of a line. */
const probability = z.optional(z.looseObject({ average: z.number(), min: z.number(), variance: z.number() }))

export const line = z.looseObject({ words: z.string(), probability })

/** What every one of the four endpoints answers, apart from its lines. */
export const result = {
  log_id: logId,
  words_result_num: z.number(),
  /** -1 not known, 0 upright, 1, 2, 3: turned 90°, 180°, 270° counter-clockwise. With `detect_direction`. */
  direction: z.optional(z.number()),
  /** With `detect_language`. */
  language: z.optional(z.number()),
  /** With `paragraph`: which lines, from 0, make up each paragraph. */
  paragraphs_result: z.optional(z.array(z.looseObject({ words_result_idx: z.array(z.number()) }))),
  paragraphs_result_num: z.optional(z.number()),
  /** Pages of the whole document, whatever the name says. */
  pdf_file_size: pageCount,
  ofd_file_size: pageCount,
}

const point = z.looseObject({ x: z.number(), y: z.number() })
const location = z.looseObject({ left: z.number(), top: z.number(), width: z.number(), height: z.number() })

/** A line of the editions that say where it stands, in pixels of the image as given. */
export const locatedLine = z.extend(line, {
  location: z.optional(location),
  /** With `vertexes_location`: top left, top right, bottom right, bottom left. */
  vertexes_location: z.optional(z.array(point)),
  finegrained_vertexes_location: z.optional(z.array(point)),
  min_finegrained_vertexes_location: z.optional(z.array(point)),
  /** With `recognize_granularity: 'small'`. */
  chars: z.optional(
    z.array(z.looseObject({ char: z.string(), location: z.optional(location), char_prob: z.optional(z.number()) })),
  ),
})
