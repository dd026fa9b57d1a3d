import { readFileSync } from 'node:fs'
import { ConfigError, Secret } from '@penstock/core'
import { saveBundle, supportBundle } from '@penstock/core/diagnose'
import { credentials } from './credentials.ts'
import { exitCodes } from './exit-codes.ts'
import { flightsFrom } from './flights-from.ts'
import type { Terminal } from './terminal.ts'

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
  { env, secrets, out, err, say, paint, language }: Terminal,
): Promise<number> {
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
  try {
    await saveBundle(path, made)
  } catch (error) {
    if (!(error instanceof Error && 'syscall' in error)) throw error
    err(
      `${paint('red', '✗')} ${say('notWritten', { file: path, code: String((error as NodeJS.ErrnoException).code) })}`,
    )
    return exitCodes.noOutput
  }
  out(path)
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
