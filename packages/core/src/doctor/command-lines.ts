import { readFileSync } from 'node:fs'

/** What `ps` shows everybody of a process. */
export type CommandLine = {
  /** 0 for this process, 1 for the one that started it, and so on. */
  readonly distance: number
  readonly words: readonly string[]
}

const most = 8

/** Of this process and, where the system has /proc, of those that started it: nothing that `ps` would not show. */
export function commandLines(): readonly CommandLine[] {
  const lines: CommandLine[] = [{ distance: 0, words: [...process.execArgv, ...process.argv.slice(1)] }]
  for (let pid = process.ppid, distance = 1; pid > 1 && distance <= most; distance++) {
    try {
      lines.push({ distance, words: readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').filter(Boolean) })
      // behind the name in brackets, which may hold anything, stand the state and the parent
      const [, parent] = / [A-Z] (\d+) /.exec(readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\)/s, '')) ?? []
      pid = Number(parent ?? 0)
    } catch {
      break
    }
  }
  return lines
}
