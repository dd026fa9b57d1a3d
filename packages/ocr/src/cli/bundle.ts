import { readFileSync } from 'node:fs'
import { ConfigError, Secret } from '@penstock/core'
import { saveBundle, supportBundle } from '@penstock/core/diagnose'
import { credentials } from './credentials.ts'
import { exitCodes } from './exit-codes.ts'
import { flightsFrom } from './flights-from.ts'
import type { Terminal } from './terminal.ts'
import { written } from './written.ts'

export type BundleFlags = {
  /** Where the ZIP goes. */
  readonly out: string
  /** A file of `penstock doctor --json`. */
  readonly doctor?: string
}

/** `penstock bundle FILE… -o out.zip`: recorded calls as one file for a ticket. What was taken out is said on stderr. */
export async function bundle(
  files: readonly string[],
  { out: path, doctor }: BundleFlags,
  terminal: Terminal,
): Promise<number> {
  const { env, secrets, err, say, paint, language } = terminal
  // those of the configuration, too: what is wrong with it is no matter here
  const keys = await credentials(env, say).catch(() => undefined)
  if (keys !== undefined) secrets.push(...Object.values(keys).filter((one) => one instanceof Secret))
  const flights = (await Promise.all(files.map(flightsFrom))).flat()
  const options = {
    lang: language,
    versions: versions(),
    ...(doctor !== undefined && { doctor: findings(doctor, say) }),
  }
  const made = supportBundle(flights, options)
  const code = await written(path, () => saveBundle(path, made), terminal)
  if (code !== exitCodes.ok) return code
  err(paint('dim', say('bundled', { files: made.files.join(', '), calls: String(flights.length) })))
  for (const { what, count } of made.redactions)
    err(paint('dim', `  ${say('takenOut', { what, count: String(count) })}`))
  return exitCodes.ok
}

function findings(file: string, say: Terminal['say']): unknown {
  try {
    return JSON.parse(readFileSync(file, 'utf8'))
  } catch {
    throw new ConfigError('CONFIG_INVALID', say('noFindings', { file }))
  }
}

const versions = () => ({
  penstock: (JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8')) as { version: string })
    .version,
})
