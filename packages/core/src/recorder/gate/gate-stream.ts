import { secretSearch } from './secret-search.ts'
import { SecretFoundError } from './secret-found-error.ts'

/**
 * {@link gate} for what is written piece by piece: holds back as many bytes as the longest secret has, so that none passes
 * in two halves. What was passed on before a secret is found is clean, and incomplete: write to a temporary file and rename it.
 *
 * @throws SecretFoundError `SECRET_FOUND` out of the stream
 */
export async function* gateStream(
  artefact: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  let kept = Buffer.alloc(0)
  let passed = 0
  for await (const piece of pieces) {
    kept = Buffer.concat([kept, piece])
    const search = secretSearch()
    const found = search.next(kept)
    if (found !== undefined) {
      const { mark, spelling } = found.wanted
      throw new SecretFoundError(artefact, mark, spelling, `byte ${passed + found.at}`)
    }
    const clean = kept.length - Math.max(0, search.longest - 1)
    if (clean <= 0) continue
    yield kept.subarray(0, clean)
    kept = kept.subarray(clean)
    passed += clean
  }
  if (kept.length > 0) yield kept
}
