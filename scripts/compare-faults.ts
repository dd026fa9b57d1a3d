/** Writes the table of docs/diagnostics.md and docs/fault-messages.md anew: every fault, in the words of five clients. */
import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Fault } from '../test/faults/fault.ts'
import { penstockOthers, type Told, told } from '../test/faults/compared.ts'
import { faults } from '../test/faults/faults.ts'
import { axiosOther } from '../test/faults/others/axios.ts'
import { curlOther } from '../test/faults/others/curl.ts'
import { gotOther } from '../test/faults/others/got.ts'
import type { Other } from '../test/faults/others/other.ts'
import { undiciOther } from '../test/faults/others/undici.ts'

const root = join(import.meta.dirname, '..')
const page = join(root, 'docs/diagnostics.md')
const require = createRequire(join(root, 'test/package.json'))

const versionOf = (name: string): string => {
  const path = require.resolve(name).replace(new RegExp(`(/node_modules/${name}/).*`), '$1package.json')
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version
}

function curlVersion(): string | undefined {
  try {
    return /^curl (\S+)/.exec(execFileSync('curl', ['--version'], { encoding: 'utf8' }))?.[1]
  } catch {
    return undefined
  }
}

const curl = curlVersion()
const clients: readonly Other[] = [
  ...penstockOthers,
  gotOther(versionOf('got')),
  undiciOther(versionOf('undici')),
  axiosOther(versionOf('axios')),
  ...(curl === undefined ? [] : [curlOther(curl)]),
]

// a socket that is cut after its call has ended has nobody to tell
process.on('uncaughtException', (error) => console.error(`late: ${error.message}`))

const rows: { readonly fault: Fault; readonly row: readonly Told[] }[] = []
for (const fault of faults) {
  const row: Told[] = []
  for (const client of clients) row.push(await told(client, fault))
  rows.push({ fault, row })
  console.log(fault.number, fault.name, row.map(mark).join(' '))
}

function mark({ message, named, mended }: Told): string {
  if (message === undefined) return '–'
  return mended ? '✓' : named ? '◐' : '✗'
}

/** What differs from run to run is left out, and nothing of Markdown is read into it. */
const quoted = ({ message = '' }: Told) =>
  message
    .replaceAll(/(localhost|127\.0\.0\.\d+|\[::1\])[: ]\d{4,5}/g, '$1:PORT')
    .replaceAll(/port \d{4,5}/g, 'port PORT')
    .replaceAll(/access_token=[^\s&]+/g, 'access_token=…')
    .replaceAll(/[\r\n|`]+/g, ' ')
    .slice(0, 400)

/** One line for all who say the same, numbers apart. */
function said(row: readonly Told[]): string[] {
  const lines = new Map<string, { readonly names: string[]; readonly text: string }>()
  for (const [at, { name }] of clients.entries()) {
    const text = row
      .slice(at, at + 1)
      .map(quoted)
      .join('')
    const key = text.replaceAll(/\d+(\.\d+)?( m?s\b)?/g, '')
    const line = lines.get(key) ?? { names: [], text }
    line.names.push(name)
    if (text !== '') lines.set(key, line)
  }
  return [...lines.values()].map(({ names, text }) => `- ${names.join(', ')}: ${text}`)
}

const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
const count = (is: (one: Told) => boolean) =>
  clients.map((_, at) => String(rows.filter(({ row }) => row.slice(at, at + 1).some(is)).length))

const table = [
  line(['#', 'fault', 'cause', ...clients.map(({ name, version }) => `${name} ${version}`.trim())]),
  line(['--:', '---', '---', ...clients.map(() => ':-:')]),
  ...rows.map(({ fault: { number, name, cause }, row }) => line([`${number}`, name, `\`${cause}\``, ...row.map(mark)])),
  line(['', '**names cause and fix ✓**', '', ...count(({ mended }) => mended)]),
  line(['', 'names the cause ✓ ◐', '', ...count(({ named }) => named)]),
  line(['', 'was reached by it', '', ...count(({ message }) => message !== undefined)]),
]

const words = rows.flatMap(({ fault: { number, name, how, change }, row }) => [
  `- **${number}. ${name}** (${how}; cured by: ${change})`,
  ...said(row).map((one) => `  ${one}`),
])

const absent = curl === undefined ? ['', 'curl was not installed where this was written, and has no column.'] : []
const text = readFileSync(page, 'utf8')
const [begin, end] = ['<!-- faults: written by npm run compare:faults -->', '<!-- /faults -->']
writeFileSync(
  page,
  `${text.slice(0, text.indexOf(begin) + begin.length)}\n\n${[...table, ...absent].join('\n')}\n\n${text.slice(text.indexOf(end))}`,
)
const head = `# Forty-five faults, in everybody's own words

What [the table](diagnostics.md#forty-five-faults-five-clients) was made of. Written by \`npm run compare:faults\`; ports are
left out, and times and numbers differ from run to run.
`
writeFileSync(join(root, 'docs/fault-messages.md'), `${head}\n${words.join('\n')}\n`)
process.exit(0)
