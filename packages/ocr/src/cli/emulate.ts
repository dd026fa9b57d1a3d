import { startEmulator } from '../emulator/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export type EmulateFlags = {
  readonly port: number
  readonly qps?: number
  readonly daily?: number
  readonly https: boolean
  readonly signal: AbortSignal
}

/** `penstock emulate`: runs until it is told to stop. In a pipe it prints one line of JSON. */
export async function emulate({ signal, ...options }: EmulateFlags, terminal: Terminal): Promise<number> {
  const emulator = await startEmulator(options)
  const { url, apiKey, secretKey } = emulator
  const { out, say, paintOut } = terminal
  if (terminal.outIsTerminal) {
    out(paintOut('green', say('running', { url })))
    out(`  BAIDU_API_KEY=${apiKey}\n  BAIDU_SECRET_KEY=${secretKey}\n${paintOut('dim', say('stop'))}`)
  } else out(JSON.stringify({ url, apiKey, secretKey, ...(emulator.ca !== undefined && { ca: emulator.ca }) }))
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }))
  await emulator.close()
  return exitCodes.ok
}
