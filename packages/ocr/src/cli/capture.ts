import { createInterface } from 'node:readline/promises'
import { ConfigError } from '@penstock/core'
import { capture as take, displayFilter, displayFilters, onFlight } from '@penstock/core/diagnose'
import type { Terminal } from './terminal.ts'

export type CaptureFlags = {
  readonly capture?: string
  /** Consent, given beforehand. */
  readonly yes: boolean
}

/**
 * `--capture FILE`: what calls of level `wire` send and receive while something runs. Says on `err` what shows each call.
 *
 * @throws ConfigError `CONFIG_INVALID` without consent, or for a file that is there already
 */
export async function captured<Made>(
  { capture: file, yes }: CaptureFlags,
  terminal: Terminal,
  run: () => Promise<Made>,
): Promise<Made> {
  if (file === undefined) return run()
  const stop = await begun(file, yes, terminal)
  try {
    return await run()
  } finally {
    await stop()
  }
}

async function begun(file: string, yes: boolean, terminal: Terminal): Promise<() => Promise<void>> {
  const { err, paint, say, language } = terminal
  if (!yes && !(await agreed(file, terminal))) throw new ConfigError('CONFIG_INVALID', say('captureConsent', { file }))
  const warn = (sentence: Readonly<Record<Terminal['language'], string>>) =>
    err(paint('red', `! ${sentence[language]}`))
  const taking = await take({ file, consent: true, warn })
  const stop = onFlight(({ flight }) => {
    const filter = displayFilter(flight)
    if (filter !== undefined) err(paint('dim', `${flight.method} ${flight.url}\n  ${filter}`))
  })
  return async () => {
    await taking.close()
    // the last calls are told of in the turn after
    await new Promise(setImmediate)
    stop()
    for (const { filter, about } of Object.values(displayFilters)) err(paint('dim', `${about[language]}\n  ${filter}`))
  }
}

async function agreed(file: string, { say }: Terminal): Promise<boolean> {
  if (!process.stdin.isTTY || !process.stderr.isTTY) return false
  const asking = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return /^(y|yes|是)$/i.test((await asking.question(`${say('captureAsk', { file })} `)).trim())
  } finally {
    asking.close()
  }
}
