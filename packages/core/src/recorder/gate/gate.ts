import { secretSearch } from './secret-search.ts'
import { SecretFoundError } from './secret-found-error.ts'
import { whereabouts } from './whereabouts.ts'

/**
 * What every file passes before it is written: hands the content on as it is, if no live secret stands in it in any
 * spelling: plain, percent-encoded, as form, JSON, HTML, hex, or base64 at each alignment.
 *
 * @param artefact for the message: a file's name
 * @throws SecretFoundError `SECRET_FOUND`, which names the secret by its mark and the field, and shows neither
 *
 * @example
 * ```ts
 * import { writeFile } from 'node:fs/promises'
 * import { gate } from '@penstock/core/diagnose'
 *
 * const save = (path: string, report: string) => writeFile(path, gate(path, report))
 * ```
 */
export function gate<Content extends string | Uint8Array>(artefact: string, content: Content): Content {
  const search = secretSearch()
  if (search.empty) return content
  const bytes = Buffer.from(content as Uint8Array)
  const found = search.next(bytes)
  if (found === undefined) return content
  const { mark, spelling } = found.wanted
  throw new SecretFoundError(artefact, mark, spelling, whereabouts(bytes, found.at))
}
