import { styleText } from 'node:util'
import type { Language, Secret } from '@penstock/core'
import { environmentSecrets, masked, type WaterfallOptions } from '@penstock/core/diagnose'
import { type Words, words } from './words.ts'

type Stream = NodeJS.WriteStream | { write(text: string): unknown; readonly isTTY?: boolean }

/** Where the command speaks: results on `out`, everything else on `err`. Colour for terminals only. */
export type Terminal = {
  readonly language: Language
  readonly say: Words
  readonly env: NodeJS.ProcessEnv
  readonly out: (text: string) => void
  /** Live secrets are masked: what is said here ends in logs and tickets. */
  readonly err: (text: string) => void
  /** Of the environment; held, so that nothing of them is shown. */
  readonly secrets: Secret[]
  /** True when results go to a person and not to a pipe. */
  readonly outIsTerminal: boolean
  /** For `err`. */
  readonly paint: (style: Parameters<typeof styleText>[0], text: string) => string
  /** For `out`. */
  readonly paintOut: (style: Parameters<typeof styleText>[0], text: string) => string
}

export function terminal(
  language: Language,
  env: NodeJS.ProcessEnv,
  out: Stream = process.stdout,
  err: Stream = process.stderr,
): Terminal {
  return {
    language,
    say: words(language),
    env,
    out: (text) => void out.write(`${text}\n`),
    err: (text) => void err.write(`${masked(text)}\n`),
    secrets: environmentSecrets(env),
    outIsTerminal: out.isTTY === true,
    paint: painter(err, env),
    paintOut: painter(out, env),
  }
}

function painter(stream: Stream, env: NodeJS.ProcessEnv): Terminal['paint'] {
  const forced = env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '0'
  const coloured = forced || (stream.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb')
  return (style, text) => (coloured ? styleText(style, text, { validateStream: false }) : text)
}

/** How a picture of a call is to look on `err`. */
export const look = (terminal: Terminal): WaterfallOptions => pictured(terminal, terminal.paint, process.stderr)

/** The same on `out`. */
export const lookOut = (terminal: Terminal): WaterfallOptions => pictured(terminal, terminal.paintOut, process.stdout)

const pictured = (
  { language }: Terminal,
  paint: Terminal['paint'],
  { columns = 100 }: { readonly columns?: number },
): WaterfallOptions => ({
  lang: language,
  color: paint('red', '!') !== '!',
  columns: Math.min(100, columns),
})
