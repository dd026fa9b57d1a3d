/** The `penstock` command of this checkout, as its users run it: a process of its own. */
import { type ChildProcess, spawn, type StdioOptions } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'

export type Ended = { readonly code: number | null; readonly out: string; readonly err: string }
export type Around = {
  readonly cwd?: string
  /** Beside the little of this process's environment that it needs. */
  readonly env?: Readonly<Record<string, string>>
  readonly stdio?: StdioOptions
  /** What stands on its standard input; nothing unless given. */
  readonly input?: string
}

export const command = join(import.meta.dirname, '../../packages/ocr/bin/penstock.js')

export const startPenstock = (args: readonly string[], { cwd, env, stdio = 'pipe' }: Around = {}): ChildProcess =>
  spawn(process.execPath, ['--conditions=source', command, ...args], {
    cwd,
    env: { PATH: process.env['PATH'], NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'], LANG: 'C', ...env },
    stdio,
  })

/** Runs it to its end. */
export async function penstock(args: readonly string[], { input = '', ...around }: Around = {}): Promise<Ended> {
  const child = startPenstock(args, around)
  // it may end without reading
  child.stdin!.on('error', () => {}).end(input)
  const [out, err, [code]] = await Promise.all([text(child.stdout!), text(child.stderr!), once(child, 'close')])
  return { code: code as number | null, out, err }
}
