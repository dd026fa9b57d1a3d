import { readFileSync } from 'node:fs'
import { InputError } from '@penstock/core'
import { printable } from '@penstock/core/diagnose'
import { type Check, checkLines, type CheckResult, clockCheck, doctor, generalChecks } from '@penstock/core/doctor'
import { baiduChecks } from '../doctor/baidu-checks.ts'
import { clockLimit } from '../doctor/clock-limit.ts'
import { nearest } from '../doctor/nearest.ts'
import { generalBasic } from '../vendors/baidu/index.ts'
import { exitCodes } from './exit-codes.ts'
import { proxyLayers } from './proxy-layers.ts'
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
  /** Seconds that the clock may be off. */
  readonly clockLimit?: number
  /** `env`, or the URL of a proxy. */
  readonly proxy?: string
  readonly signal: AbortSignal
}

/** `penstock doctor [ORIGIN] [CHECK…]`: 78 when a check failed. */
export async function examine(words: readonly string[], flags: DoctorFlags, terminal: Terminal): Promise<number> {
  const { out, err, say, language, env, paintOut, outIsTerminal } = terminal
  const { json, offline, signal, ca, proxy } = flags
  const tls = ca === undefined ? undefined : { ca: authorities(ca, say('caUnreadable', { file: ca })) }
  const origins = words.filter(isOrigin)
  const own = env['BAIDU_ORIGIN'] || 'https://aip.baidubce.com'
  const url = urlOf(origins[0] ?? own)
  const isVendor = url !== undefined && url.origin === urlOf(own)?.origin
  const limit = flags.clockLimit === undefined ? url && clockLimit(url) : flags.clockLimit * 1000
  const checks = (isVendor ? baiduChecks(flags) : generalChecks).map((check) =>
    check.id === 'clock' ? clockCheck(limit) : check,
  )
  if (flags.listChecks) return list(checks, terminal)
  const only = [...words.filter((word) => !isOrigin(word)), ...(flags.only?.split(',').filter(Boolean) ?? [])]
  const wrong =
    url === undefined
      ? say('noOrigin')
      : origins.length > 1
        ? say('oneOrigin')
        : flags.spend > mostSpent
          ? say('spendMost', { most: String(mostSpent) })
          : unknownCheck(only, checks, terminal)
  if (url === undefined || wrong !== undefined) {
    err(say('usageError', { what: wrong ?? '' }))
    return exitCodes.usage
  }
  // a vendor has nothing at its root
  if (isVendor && url.pathname === '/') url.pathname = generalBasic.path
  // the query may hold a secret
  const origin = `${url.origin}${origins[0] === undefined || url.pathname === '/' ? '' : url.pathname}`
  if (!json) out(paintOut('dim', `penstock doctor  ${origin}`))
  const results: CheckResult[] = []
  const columns = outIsTerminal ? (process.stdout.columns ?? 100) : 100
  for await (const result of doctor({
    origin: url.href,
    checks,
    only,
    offline,
    env,
    signal,
    ...(tls && { tls }),
    layers: () => proxyLayers(proxy, env, tls),
    onSlow: (check) => !json && err(say('working', { check })),
  })) {
    results.push(result)
    if (!json) out(checkLines(result, { lang: language, columns, paint: paintOut }))
  }
  const code = results.some(({ status }) => status === 'fail' || status === 'crash') ? exitCodes.config : exitCodes.ok
  const counts = counted(results)
  if (json) out(printable(JSON.stringify({ schema: 'penstock.doctor/1', origin, checks: results, counts, exit: code })))
  else out(paintOut(code === exitCodes.ok ? 'green' : 'red', say('examined', { ...texts(counts), code: String(code) })))
  return code
}

function list(checks: readonly Check[], { out, language }: Terminal): number {
  for (const { id, about } of checks) out(`${id.padEnd(13)} ${about[language]}`)
  return exitCodes.ok
}

const mostSpent = 100

const isOrigin = (word: string): boolean => /:\/\/|\.|:|^localhost$/.test(word)

/** Without a user, a password, or what stands behind #. */
function urlOf(word: string): URL | undefined {
  const url = URL.parse(/:\/\//.test(word) ? word : `https://${word}`)
  if (url === null || !/^https?:$/.test(url.protocol)) return undefined
  url.username = url.password = url.hash = ''
  return url
}

function unknownCheck(only: readonly string[], checks: readonly Check[], { say }: Terminal): string | undefined {
  const ids = checks.map(({ id }) => id)
  const odd = only.find((id) => !ids.includes(id))
  return odd === undefined ? undefined : say('noCheck', { check: odd, near: nearest(odd, ids) ?? ids.join(', ') })
}

function authorities(file: string, because: string): string {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    throw new InputError('FILE_UNREADABLE', because, { zh: because, hint: { en: '', zh: '' } })
  }
}

const counted = (results: readonly CheckResult[]) => {
  const of = (...statuses: readonly CheckResult['status'][]) =>
    results.filter(({ status }) => statuses.includes(status)).length
  return { failed: of('fail', 'crash'), warnings: of('warn'), passed: of('ok'), skipped: of('skip') }
}

const texts = (counts: Readonly<Record<string, number>>) =>
  Object.fromEntries(Object.entries(counts).map(([name, count]) => [name, String(count)]))
