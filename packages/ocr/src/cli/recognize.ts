import { join } from 'node:path'
import { homedir } from 'node:os'
import { isPenstockError, type Level, type PenstockError } from '@penstock/core'
import { printable } from '@penstock/core/diagnose'
import { diskStore } from '@penstock/middleware/stores/disk'
import { type Baidu, baidu } from '../baidu.ts'
import type { Recognized } from '../recognize.ts'
import { credentials } from './credentials.ts'
import { exitCodeOf, exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export type RecognizeFlags = {
  readonly endpoint: 'general' | 'generalBasic' | 'accurate' | 'accurateBasic'
  readonly format: 'text' | 'json'
  readonly explain: boolean
  /** The endpoint's own options. */
  readonly options: Readonly<Record<string, unknown>>
  readonly signal: AbortSignal
  /** How much is recorded of each call. */
  readonly level: Level | undefined
}

type Service = { readonly vendor: string; readonly ocr: Baidu; close(): Promise<void> }

/** `penstock recognize FILE…`: the exit code. */
export async function recognizeFiles(
  files: readonly string[],
  flags: RecognizeFlags,
  terminal: Terminal,
): Promise<number> {
  const service = await open(terminal, flags.level)
  try {
    const ends: number[] = []
    for (const file of files) ends.push(await recognizeFile(service, file, flags, files.length > 1, terminal))
    const failed = ends.filter((end) => end !== exitCodes.ok)
    return failed.length === 0 ? exitCodes.ok : failed.length === files.length ? failed[0]! : exitCodes.some
  } finally {
    await service.close()
  }
}

/** The real service where there are credentials, else the emulator: said on stderr, never silently. */
async function open({ env, say, err, paint }: Terminal, level: Level = 'errors'): Promise<Service> {
  const keys = await credentials(env, say)
  if (keys !== undefined) {
    const dir = join(env['XDG_CACHE_HOME'] || join(homedir(), '.cache'), 'penstock', 'tokens')
    const origin = env['BAIDU_ORIGIN']
    const ocr = baidu(keys, { diagnose: level, tokenStore: diskStore({ dir }), ...(origin && { origin }) })
    return { vendor: 'baidu', ocr, close: () => ocr.close() }
  }
  err(paint('dim', say('usingEmulator')))
  const { startEmulator } = await import('../emulator/index.ts')
  const emulator = await startEmulator()
  const ocr = baidu(
    { apiKey: emulator.apiKey, secretKey: emulator.secretKey },
    { diagnose: level, origin: emulator.url },
  )
  return {
    vendor: 'emulator',
    ocr,
    async close() {
      await ocr.close()
      await emulator.close()
    },
  }
}

async function recognizeFile(
  { vendor, ocr }: Service,
  file: string,
  flags: RecognizeFlags,
  several: boolean,
  terminal: Terminal,
): Promise<number> {
  const { endpoint, format, explain, options, signal } = flags
  const { out, err, paint, paintOut, say, language } = terminal
  try {
    const read = await ocr.recognize(file, { endpoint, ...options }, { signal })
    if (format === 'json') out(JSON.stringify(asJson(vendor, endpoint, file, read)))
    else {
      if (several) out(paintOut('bold', `== ${file} ==`))
      out(read.text === '' && terminal.outIsTerminal ? paintOut('dim', say('noText')) : read.text)
    }
    if (explain) err(paint('dim', read.explain({ lang: language })))
    return exitCodes.ok
  } catch (error) {
    if (signal.aborted) throw error
    if (!isPenstockError(error)) throw error
    if (format === 'json') out(JSON.stringify({ vendor, endpoint, file, error }))
    err(failure(file, error, terminal))
    if (explain && 'explain' in error)
      err(paint('dim', (error as { explain(options: object): string }).explain({ lang: language })))
    return exitCodeOf(error)
  }
}

const asJson = (vendor: string, endpoint: string, file: string, { lines, text, reply, ...page }: Recognized) => ({
  vendor,
  endpoint,
  file,
  log_id: (reply as { log_id?: string }).log_id,
  ...page,
  text,
  lines,
})

/** What happened and what to do, in two lines. */
export function failure(subject: string, error: PenstockError, { language, paint }: Terminal): string {
  const { message, hint } = language === 'zh' ? error.zh : error
  return `${paint('red', '✗')} ${subject}: ${paint('bold', error.code)} ${printable(message)}${hint === '' ? '' : `\n  → ${printable(hint)}`}`
}
