import { type Bilingual, codeEntry, type Verdict, type VerdictRow, type VerdictTable, verdicts } from '@penstock/core'
import { baidu } from '../vendors/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

type Found = {
  readonly title: string
  readonly meaning: Bilingual
  readonly advice: Bilingual
  readonly verdict?: Verdict
  readonly message?: string
  readonly source?: string
}

/** `penstock explain CODE`: the same tables that judge replies. */
export function explainCode(asked: string, { out, err, say, language, paintOut, paint }: Terminal): number {
  const found = find(asked.trim())
  if (found.length === 0) {
    err(`${paint('red', '✗')} ${say('unknownCode', { code: asked })}`)
    return exitCodes.data
  }
  for (const { title, meaning, advice, verdict, message, source } of found) {
    out(paintOut('bold', title) + (message ? paintOut('dim', `  “${message}”`) : ''))
    out(`  ${say('meaning')}: ${meaning[language]}`)
    out(`  ${say('advice')}: ${advice[language]}`)
    if (verdict !== undefined)
      out(`  ${say('verdict')}: ${verdict}, ${say(verdicts[verdict].again ? 'again' : 'notAgain')}`)
    if (source !== undefined) out(paintOut('dim', `  ${say('source')}: ${source}`))
  }
  return exitCodes.ok
}

const tables: Readonly<Record<string, VerdictTable>> = { baidu: baidu.errors, 'baidu.token': baidu.oauthErrors }

function find(asked: string): Found[] {
  const [, vendor, code = asked] = /^(\w+):(.+)$/.exec(asked) ?? []
  const rows = Object.entries(tables)
    .filter(([name]) => vendor === undefined || name.split('.')[0] === vendor)
    .flatMap(([name, table]) => rowsOf(table, code).map(([key, row]) => ofRow(name, key, row)))
  const own = vendor === undefined ? codeEntry(code.toUpperCase()) : undefined
  return own === undefined ? rows : [{ title: code.toUpperCase(), ...own }, ...rows]
}

const rowsOf = ({ rows, byMessage = [] }: VerdictTable, code: string): (readonly [string, VerdictRow])[] => [
  ...Object.entries(rows).filter(([key, row]) => key === code || row.code === code.toUpperCase()),
  ...byMessage
    .filter((entry) => entry.code === code || entry.row.code === code.toUpperCase())
    .map((entry) => [entry.code, entry.row] as const),
]

const ofRow = (
  vendor: string,
  key: string,
  { code, meaning, advice, verdict, message, source }: VerdictRow,
): Found => ({
  title: `${vendor}:${key} ${code}`,
  meaning,
  advice,
  verdict,
  message,
  source,
})
