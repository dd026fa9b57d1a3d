/** What the README shows of programs that run: written by a script, held by a test. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'

export const root = join(import.meta.dirname, '../..')
export const page = join(root, 'README.md')

export type Recording = {
  readonly name: string
  /** As a reader would type it. */
  readonly command: string
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const packages = '--conditions=source'

export const recordings: readonly Recording[] = [
  {
    name: 'failing-call',
    command: 'PENSTOCK_DIAGNOSE=errors npm run example failing-call',
    args: [packages, 'examples/failing-call.ts'],
    env: { PENSTOCK_DIAGNOSE: 'errors' },
  },
]

/** What the command says, on both its outputs. */
export function recorded({ args, env }: Recording): string {
  const { stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'], LANG: 'en_US.UTF-8', ...env },
  })
  return `${stdout}${stderr}`.trim()
}

const block = ({ name }: Recording) =>
  new RegExp(`(<!-- recording: ${name} -->\n\n\`\`\`text\n)([^]*?)(\n\`\`\`\n\n<!-- /recording -->)`)

export const shownIn = (text: string, recording: Recording): string | undefined => block(recording).exec(text)?.[2]

/** The page with all recordings made anew. */
export function recordedPage(): string {
  return recordings.reduce(
    (text, recording) =>
      text.replace(block(recording), (_, before: string, __, after: string) => {
        return `${before}$ ${recording.command}\n${recorded(recording)}${after}`
      }),
    readFileSync(page, 'utf8'),
  )
}

/** The same for two runs: no times, ports, bars or sums, and nothing of a machine that was busy. */
export function timeless(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\$ |^ {2}! |connection +result|^ {2}[·░▒▓▀█▄━╌~╳?] /.test(line))
    .map((line) =>
      line
        .replace(/ ?[^ ]*…/g, '…')
        .replace(/\d+(\.\d+)? (ms|s|min)\b/g, 'T')
        .replace(/ \((?:\w+ T(?: · )?)+\)/, '')
        .replace(/\d+(\.\d+)?/g, 'N')
        .replace(/⟨(\w+)#\w+⟩/g, '⟨$1⟩')
        .replace(/[·░▒▓▀█▄━╌~╳]+|\s+|N$/g, ''),
    )
    .join('')
}
