import { baidu } from '../vendors/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

/** `penstock endpoints`: every endpoint with its most generous limits. */
export function listEndpoints({ out, paintOut }: Terminal): number {
  for (const { id, path, qps, image, docs } of [
    baidu.generalBasic,
    baidu.accurateBasic,
    baidu.general,
    baidu.accurate,
  ]) {
    const [generous] = image.toSorted((one, other) => other.encodedBytes - one.encodedBytes)
    const { encodedBytes, shortest, longest, formats, date } = generous!
    out(paintOut('bold', id))
    out(`  POST ${path}`)
    out(`  ${qps}/s · ≤ ${encodedBytes / 1024 ** 2} MiB · ${shortest}–${longest} px · ${formats.join(', ')} (${date})`)
    out(paintOut('dim', `  ${docs}`))
  }
  return exitCodes.ok
}
