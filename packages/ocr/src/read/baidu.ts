import { box, slant, uprightBox } from '../box.ts'
import type { Line, Page } from '../lines.ts'
import { detectedLanguages } from '../vendors/baidu/languages.ts'

/** What is read of a reply of `general_basic`, `accurate_basic`, `general` and `accurate`. */
export type BaiduReply = {
  readonly words_result: readonly BaiduLine[]
  readonly direction?: number | undefined
  readonly language?: number | undefined
  readonly paragraphs_result?: readonly { readonly words_result_idx: readonly number[] }[] | undefined
  readonly pdf_file_size?: number | undefined
  readonly ofd_file_size?: number | undefined
}

type BaiduLine = {
  readonly words: string
  readonly probability?: { readonly average: number } | undefined
  readonly location?: { left: number; top: number; width: number; height: number } | undefined
  readonly vertexes_location?: readonly { readonly x: number; readonly y: number }[] | undefined
}

/**
 * Reads Baidu's reply as lines. `vertexes_location` gives box and slant where it is there; else the upright `location`
 * with the page's `direction`; else there is no box.
 *
 * @param page which page of a document was asked for (`pdf_file_num`, `ofd_file_num`)
 */
export const readBaidu = (reply: BaiduReply, page = 1): Page => {
  const angle = turned(reply.direction)
  const language = detectedLanguages[reply.language as keyof typeof detectedLanguages]
  const pages = reply.pdf_file_size ?? reply.ofd_file_size
  const paragraphs = new Map(
    reply.paragraphs_result?.flatMap(({ words_result_idx }, at) => words_result_idx.map((line) => [line, at + 1])),
  )
  const whole = { ...(angle !== undefined && { angle }), ...(language && { language }) }
  const lines = reply.words_result.map((line, at): Line => {
    const paragraph = paragraphs.get(at)
    return {
      text: line.words,
      ...(line.probability && { confidence: line.probability.average }),
      page,
      ...(paragraph !== undefined && { paragraph }),
      ...whole,
      ...place(line, angle),
    }
  })
  const text = lines.map((line) => line.text).join('\n')
  return { lines, text, page, ...(pages !== undefined && { pages }), ...whole }
}

/** `direction` counts quarter turns counter-clockwise; -1 is not known. */
const turned = (direction: number | undefined) => {
  if (direction === undefined || direction < 0 || direction > 3) return undefined
  return direction === 1 ? -90 : ((4 - direction) % 4) * 90
}

const place = ({ vertexes_location, location }: BaiduLine, angle: number | undefined): Pick<Line, 'box' | 'angle'> => {
  const corners = vertexes_location && box(vertexes_location)
  if (corners) return { box: corners, angle: slant(corners) }
  return location ? { box: uprightBox(location, angle) } : {}
}
