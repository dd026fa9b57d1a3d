import type * as fflate from 'fflate'
import { peer } from '../../transports/peer.ts'
import type { Language } from '../explain.ts'
import type { Flight } from '../flight.ts'
import { gate } from '../gate/gate.ts'
import { har } from '../har.ts'
import { htmlReport } from '../html-report.ts'
import { bundleReadme } from './bundle-readme.ts'
import { type Redaction, redacted } from './redacted.ts'

export type SupportBundleOptions = {
  /** What `penstock doctor --json` says, as data. @default none */
  readonly doctor?: unknown
  /** Versions of what takes part beside Node, by name. @default none */
  readonly versions?: Readonly<Record<string, string>>
  /** Of README.txt. @default 'en' */
  readonly lang?: Language
}

export type SupportBundle = {
  /** A ZIP file. */
  readonly bytes: Uint8Array
  /** What is in it, in order. */
  readonly files: readonly string[]
  /** What was taken out before. */
  readonly redactions: readonly Redaction[]
}

/**
 * Recorded calls as one file for a ticket: the flights, as lines, and what the views make of them; the doctor's findings;
 * versions; and a README that says in a paragraph what failed, why, and by which ids the service finds it. Live secrets,
 * personal numbers and the home directory are taken out and counted, and then every file passes the {@link gate}. Never in
 * it: headers, bodies, results, packets, TLS keys. The same input gives the same bytes, on every machine.
 *
 * @throws ConfigError `MISSING_PEER` when fflate is not installed
 * @throws SecretFoundError `SECRET_FOUND`: a view made a secret of what held none
 *
 * @example
 * ```ts
 * import { type Flight } from '@penstock/core'
 * import { supportBundle } from '@penstock/core/diagnose'
 *
 * const sent = (flights: readonly Flight[]) => supportBundle(flights, { lang: 'zh' }).bytes
 * ```
 */
export function supportBundle(flights: readonly Flight[], options: SupportBundleOptions = {}): SupportBundle {
  const { doctor, versions = {}, lang = 'en' } = options
  const { zipSync } = peer('fflate', 0, 'supportBundle') as typeof fflate
  const counts = new Map<string, number>()
  const clean = <Data>(data: Data) => redacted(data, (what) => counts.set(what, (counts.get(what) ?? 0) + 1)) as Data

  const shown = clean(flights)
  const { node, openssl } = process.versions
  const { platform, arch } = process
  const others = clean({ platform, arch, ...versions })
  const texts: Record<string, string> = {
    'flights.ndjson': shown.map((flight) => `${JSON.stringify(flight)}\n`).join(''),
    'report.html': htmlReport(shown, { lang, versions: { node, openssl, ...others } }),
    'calls.har': json(har(shown)),
    ...(doctor !== undefined && { 'doctor.json': json(clean(doctor)) }),
    'versions.json': json({ ...process.versions, ...others }),
  }
  const redactions = [...counts]
    .toSorted(([one], [other]) => (one < other ? -1 : 1))
    .map(([what, count]) => ({ what, count }))
  const readme = bundleReadme({ flights: shown, files: Object.keys(texts), redactions, lang })
  const files = Object.entries({ 'README.txt': readme, ...texts })
  const entries = files.map(([name, text]) => [name, Buffer.from(gate(name, text))])
  // the first day a ZIP file knows
  const bytes = zipSync(Object.fromEntries(entries) as fflate.Zippable, { mtime: new Date(1980, 0, 1), level: 6 })
  return { bytes, files: files.map(([name]) => name), redactions }
}

const json = (data: unknown) => `${JSON.stringify(data, null, 2)}\n`
