import { conclude } from '../conclude.ts'
import type { Language } from '../explain.ts'
import type { Flight } from '../flight.ts'
import { duration } from '../notes.ts'
import type { Redaction } from './redacted.ts'

type About = {
  readonly flights: readonly Flight[]
  /** The other files. */
  readonly files: readonly string[]
  readonly redactions: readonly Redaction[]
  readonly lang: Language
}

/** What somebody reads first who is sent a bundle. */
export function bundleReadme({ flights, files, redactions, lang }: About): string {
  const words = vocabulary[lang]
  const ids = [...new Set(flights.flatMap(requestIds))]
  return [
    words.title,
    '',
    summary(flights, lang),
    '',
    ...(ids.length === 0 ? [words.noIds] : [words.ids, ...ids.map((id) => `  ${id}`)]),
    '',
    words.files,
    ...files.map((file) => `  ${file.padEnd(16)} ${words.about[file] ?? ''}`.trimEnd()),
    '',
    ...(redactions.length === 0
      ? [words.noRedactions]
      : [words.redactions, ...redactions.map(({ what, count }) => `  ${String(count).padStart(4)}  ${what}`)]),
    words.never,
    '',
  ].join('\n')
}

function summary(flights: readonly Flight[], lang: Language): string {
  const words = vocabulary[lang]
  const failed = flights.filter(({ failure }) => failure !== undefined)
  return [words.counted(flights.length, failed.length), ...failed.slice(0, 5).map((flight) => told(flight, lang))].join(
    lang === 'zh' ? '' : ' ',
  )
}

function told(flight: Flight, lang: Language): string {
  const { endpoint, method, url, failure, attempts, took, startedAt } = flight
  const concluded = conclude(flight)
  const why =
    concluded === undefined ? `${failure!.code}: ${failure!.because}.` : `${concluded[lang]} → ${concluded.fix[lang]}`
  return vocabulary[lang].told(`${endpoint ?? method} ${url}`, startedAt, attempts, duration(took), why)
}

/** Of every request, and of those made on a call's behalf. */
function requestIds({ failure, trips, children }: Flight): string[] {
  const own = [failure?.requestId, ...trips.map(({ reply }) => reply?.requestId)]
  return [...own.filter((id) => id !== undefined), ...children.flatMap(({ flight }) => requestIds(flight))]
}

const vocabulary: Readonly<Record<Language, Vocabulary>> = {
  en: {
    title: 'Penstock support bundle',
    counted: (all, failed) => `${failed} of ${all} recorded calls failed.`,
    told: (what, at, attempts, took, why) =>
      `${what} began ${at}, made ${attempts} attempt${attempts === 1 ? '' : 's'} in ${took}: ${why}`,
    ids: 'Request ids, for the people of the service:',
    noIds: 'No reply carried a request id.',
    files: 'Files:',
    about: {
      'flights.ndjson': 'what happened, one call a line; `penstock report` reads it',
      'report.html': 'the same to look at, in any browser, without network',
      'calls.har': 'the same for tools that read HAR 1.2',
      'doctor.json': 'what `penstock doctor` found',
      'versions.json': 'what ran',
    },
    redactions: 'Taken out:',
    noRedactions: 'Nothing had to be taken out.',
    never:
      'Never in it: headers and bodies of requests and replies, results, packets, TLS keys. Every file was searched for every secret of the process that wrote it.',
  },
  zh: {
    title: 'Penstock 支持包',
    counted: (all, failed) => `共记录 ${all} 次调用，其中 ${failed} 次失败。`,
    told: (what, at, attempts, took, why) => `${what} 始于 ${at}，共尝试 ${attempts} 次，用时 ${took}：${why}`,
    ids: '请求标识（供服务方查询）：',
    noIds: '响应中没有请求标识。',
    files: '文件：',
    about: {
      'flights.ndjson': '经过，每行一次调用；可用 `penstock report` 查看',
      'report.html': '可在浏览器中查看的报告，无需网络',
      'calls.har': '供支持 HAR 1.2 的工具使用',
      'doctor.json': '`penstock doctor` 的结果',
      'versions.json': '运行环境的版本',
    },
    redactions: '已移除：',
    noRedactions: '没有需要移除的内容。',
    never: '绝不包含：请求与响应的头部和正文、识别结果、数据包、TLS 密钥。写入前已在每个文件中搜索该进程的全部密钥。',
  },
}

type Vocabulary = {
  readonly title: string
  readonly counted: (all: number, failed: number) => string
  readonly told: (what: string, at: string, attempts: number, took: string, why: string) => string
  readonly ids: string
  readonly noIds: string
  readonly files: string
  readonly about: Readonly<Record<string, string>>
  readonly redactions: string
  readonly noRedactions: string
  readonly never: string
}
