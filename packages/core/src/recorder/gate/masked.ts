import { enrolled } from '../../live-secrets.ts'
import type { Search } from './search.ts'
import { shortest } from './secret-parts.ts'
import { secretSearch } from './secret-search.ts'

/**
 * A text for a terminal or a log: where a live secret stands in it, in whatever spelling, its mark stands instead. The same
 * text comes back when there is none.
 */
export function masked(text: string): string {
  // a log asks for the URL of one call after the other
  if (text.length < shortest || (text === clean && cleanOf === enrolled())) return text
  const search = secretSearch()
  if (search.empty) return text
  const bytes = Buffer.from(text)
  if (search.next(bytes) !== undefined) return Buffer.concat(pieces(search, bytes)).toString()
  clean = text
  cleanOf = enrolled()
  return text
}

/** The last text in which there was none, and of how many secrets. */
let clean = ''
let cleanOf = 0

/** The marks of what overlaps stand one after the other. */
function pieces(search: Search, bytes: Buffer): Buffer[] {
  const out: Buffer[] = []
  let written = 0
  for (let found = search.next(bytes); found !== undefined; found = search.next(bytes, found.at + 1)) {
    if (found.end <= written) continue
    out.push(bytes.subarray(written, Math.max(written, found.at)), Buffer.from(found.wanted.mark))
    written = found.end
  }
  return [...out, bytes.subarray(written)]
}
