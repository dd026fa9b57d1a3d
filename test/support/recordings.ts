/** What the README shows of programs that run: written by a script, held by a test. */
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { startEmulator } from '@penstock/ocr/emulator'

export const root = join(import.meta.dirname, '../..')
export const page = join(root, 'README.md')

export type Recording = {
  readonly name: string
  /** As a reader would type it. */
  readonly command: string
  /** Runs it; says what it said, on both its outputs. */
  readonly run: () => Promise<string>
}

/** A process of its own, with no more of this one's environment than it needs. */
function told(args: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  const { PATH, NODE_COMPILE_CACHE } = process.env
  const shared = { PATH, NODE_COMPILE_CACHE, LANG: 'en_US.UTF-8', HOME: '/nowhere' }
  const options = { cwd: root, env: { ...shared, ...env } }
  return new Promise((resolve) => {
    execFile(process.execPath, ['--conditions=source', ...args], options, (_, out, err) => resolve((out + err).trim()))
  })
}

async function brokenSetUp(): Promise<string> {
  await using emulator = await startEmulator({ https: true })
  return await told(['packages/ocr/bin/penstock.js', 'doctor'], {
    BAIDU_API_KEY: emulator.apiKey,
    BAIDU_SECRET_KEY: `${emulator.secretKey}\n`,
    BAIDU_ORIGIN: emulator.url,
    HTTPS_PROXY: 'http://127.0.0.1:9',
  })
}

export const recordings: readonly Recording[] = [
  {
    name: 'failing-call',
    command: 'PENSTOCK_DIAGNOSE=errors npm run example failing-call',
    run: () => told(['examples/failing-call.ts'], { PENSTOCK_DIAGNOSE: 'errors' }),
  },
  { name: 'doctor', command: 'npm run penstock -- doctor', run: brokenSetUp },
]

const block = ({ name }: Recording) =>
  new RegExp(`(<!-- recording: ${name} -->\n\n\`\`\`text\n)([^]*?)(\n\`\`\`\n\n<!-- /recording -->)`)

export const shownIn = (text: string, recording: Recording): string | undefined => block(recording).exec(text)?.[2]

/** The page with all recordings made anew. */
export async function recordedPage(): Promise<string> {
  let text = readFileSync(page, 'utf8')
  for (const recording of recordings) {
    const said = await recording.run()
    text = text.replace(block(recording), (_, before: string, __, after: string) => {
      return `${before}$ ${recording.command}\n${said}${after}`
    })
  }
  return text
}

/** The same for two runs: no times, ports, bars or sums, and nothing of a machine that was busy. */
export function timeless(text: string): string {
  return text
    .split('\n')
    .filter((line) => !/^\$ |^ {2}! |connection +result|^ {2}[·░▒▓▀█▄━╌~╳?] /.test(line))
    .map((line) =>
      line
        .replace(/ {2,}[\d.]+ m?s$/, '')
        .replace(/ ?[^ ]*…/g, '…')
        .replace(/\d+(\.\d+)? (ms|s|min)\b/g, 'T')
        .replace(/ \((?:\w+ T(?: · )?)+\)/, '')
        .replace(/\d+(\.\d+)?/g, 'N')
        .replace(/⟨(\w+)#\w+⟩/g, '⟨$1⟩')
        .replace(/[·░▒▓▀█▄━╌~╳]+|\s+|N$/g, ''),
    )
    .join('')
}
