import { readFileSync } from 'node:fs'
import { type Check, checkLines, type CheckResult, doctor, generalChecks } from '@penstock/core/doctor'
import { baiduChecks } from '../doctor/baidu-checks.ts'
import { nearest } from '../doctor/nearest.ts'
import { generalBasic } from '../vendors/baidu/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export type DoctorFlags = {
  readonly json: boolean
  readonly listChecks: boolean
  readonly only?: string
  readonly offline: boolean
  readonly spend: number
  readonly image?: string
  /** File of authorities to trust, in PEM. */
  readonly ca?: string
  readonly signal: AbortSignal
}

/** `penstock doctor [ORIGIN] [CHECK…]`: 78 when a check failed. */
export async function examine(words: readonly string[], flags: DoctorFlags, terminal: Terminal): Promise<number> {
  const { out, err, say, language, env, paintOut, outIsTerminal } = terminal
  const { json, offline, signal, ca } = flags
  const origins = words.filter(isOrigin)
  const own = env['BAIDU_ORIGIN'] || 'https://aip.baidubce.com'
  const origin = originOf(origins[0] ?? own)
  const checks = origin === originOf(own) ? baiduChecks(flags) : generalChecks
  if (flags.listChecks) return list(checks, terminal)
  const only = [...words.filter((word) => !isOrigin(word)), ...(flags.only?.split(',').filter(Boolean) ?? [])]
  const odd = only.find((id) => checks.every((check) => check.id !== id))
  if (origins.length > 1 || odd !== undefined) {
    const near = nearest(
      odd ?? '',
      checks.map(({ id }) => id),
    )
    err(
      say('usageError', {
        what:
          odd === undefined
            ? say('oneOrigin')
            : say('noCheck', { check: odd, near: near ?? checks.map(({ id }) => id).join(', ') }),
      }),
    )
    return exitCodes.usage
  }
  // a vendor has nothing at its root
  const to =
    checks !== generalChecks && URL.parse(origin)?.pathname === '/' ? `${originOf(origin)}${generalBasic.path}` : origin
  if (!json) out(paintOut('dim', `penstock doctor  ${origin}`))
  const results: CheckResult[] = []
  const columns = outIsTerminal ? (process.stdout.columns ?? 100) : 100
  for await (const result of doctor({
    origin: to,
    checks,
    only,
    offline,
    env,
    signal,
    ...(ca !== undefined && { tls: { ca: readFileSync(ca, 'utf8') } }),
    onSlow: (check) => !json && err(say('working', { check })),
  })) {
    results.push(result)
    if (!json) out(checkLines(result, { lang: language, columns, paint: paintOut }))
  }
  const code = results.some(({ status }) => status === 'fail' || status === 'crash') ? exitCodes.config : exitCodes.ok
  const counts = counted(results)
  if (json) out(JSON.stringify({ schema: 'penstock.doctor/1', origin, checks: results, counts, exit: code }))
  else out(paintOut(code === exitCodes.ok ? 'green' : 'red', say('examined', { ...texts(counts), code: String(code) })))
  return code
}

function list(checks: readonly Check[], { out, language }: Terminal): number {
  for (const { id, about } of checks) out(`${id.padEnd(13)} ${about[language]}`)
  return exitCodes.ok
}

const isOrigin = (word: string): boolean => /:\/\/|\.|:|^localhost$/.test(word)

const originOf = (word: string): string => {
  const url = URL.parse(/:\/\//.test(word) ? word : `https://${word}`)
  if (url === null) return word
  url.username = url.password = url.hash = ''
  return url.pathname === '/' && url.search === '' ? url.origin : url.href
}

const counted = (results: readonly CheckResult[]) => {
  const of = (...statuses: readonly CheckResult['status'][]) =>
    results.filter(({ status }) => statuses.includes(status)).length
  return { failed: of('fail', 'crash'), warnings: of('warn'), passed: of('ok'), skipped: of('skip') }
}

const texts = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]))
