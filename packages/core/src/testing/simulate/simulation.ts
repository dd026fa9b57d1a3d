import type { Language } from '../../recorder/explain.ts'
import { duration } from '../../recorder/notes.ts'
import type { Scenario } from './scenario.ts'
import { sparkline } from './sparkline.ts'
import { aligned } from './table.ts'
import type { Measures } from './tally.ts'

/** What one scenario came to over so many clients: the mean of all seeds. */
export type SimulationRow = Measures & { readonly scenario: Scenario; readonly clients: number }

export type SimulationTextOptions = {
  /** @default 'en' */
  readonly lang?: Language
  /** Colours of a terminal. @default false */
  readonly color?: boolean
}

/** What a simulation came to: numbers in `rows`; as text a table, and a picture of each row to look at. */
export class Simulation {
  readonly rows: readonly SimulationRow[]

  constructor(rows: readonly SimulationRow[]) {
    this.rows = rows
  }

  toString(): string {
    return this.text()
  }

  text({ lang = 'en', color = false }: SimulationTextOptions = {}): string {
    const words = vocabulary[lang]
    const paint = color
      ? (code: number, text: string) => `\u001B[${code}m${text}\u001B[0m`
      : (_: number, text: string) => text
    const lines = aligned([words.head, ...this.rows.map((row) => cells(row, lang))])
    const pictures = this.rows.flatMap((row) => ['', ...picture(row, lang, paint)])
    return [paint(1, lines[0]!), ...lines.slice(1), ...pictures].join('\n')
  }
}

function cells({ scenario, clients, ...row }: SimulationRow, lang: Language): string[] {
  const { recovery, latency } = row
  return [
    scenario.name[lang],
    String(clients),
    percent(row.goodput),
    percent(row.goodputInFault),
    row.amplification.toFixed(2),
    String(Math.round(row.requestsInFault)),
    percent(row.limited),
    percent(row.refused),
    recovery === undefined ? vocabulary[lang].never : duration(recovery),
    duration(latency.p50),
    duration(latency.p99),
  ]
}

/** Goodput above, requests below, to one scale; the fault is what is underlined. */
function picture(
  { scenario, clients, timeline }: SimulationRow,
  lang: Language,
  paint: (code: number, text: string) => string,
): string[] {
  const words = vocabulary[lang]
  const { before, lasts } = scenario
  const step = Math.ceil(timeline.calls.length / widest)
  const [calls, good, requests] = [timeline.calls, timeline.good, timeline.requests].map((each) => grouped(each, step))
  const full = Math.max(...calls!, ...requests!)
  const mark = (milliseconds: number) => Math.round(milliseconds / 1000 / step)
  const fault = `${' '.repeat(mark(before))}${'─'.repeat(Math.max(1, mark(before + lasts) - mark(before)))}`
  const [goodWord, requestsWord] = aligned([[words.good], [words.requests]]) as [string, string]
  const margin = aligned([[words.good], [words.requests], ['']])[2]!
  return [
    paint(1, `${scenario.name[lang]}, ${words.clients(clients)}`),
    `  ${goodWord}  ${paint(32, sparkline(good!, full))}`,
    `  ${requestsWord}  ${paint(36, sparkline(requests!, full))}`,
    `  ${margin}  ${paint(31, fault)} ${words.scale(Math.round(full), step)}`,
  ]
}

/** Bars of a picture at most. */
const widest = 60

/** The mean of every `step` numbers. */
const grouped = (numbers: readonly number[], step: number): number[] =>
  Array.from({ length: Math.ceil(numbers.length / step) }, (_, group) => {
    const part = numbers.slice(group * step, (group + 1) * step)
    return part.reduce((sum, number) => sum + number, 0) / part.length
  })

const percent = (share: number) => (Number.isNaN(share) ? '–' : `${(share * 100).toFixed(share < 0.995 ? 1 : 0)} %`)

const vocabulary = {
  en: {
    head: [
      'scenario',
      'clients',
      'goodput',
      'in fault',
      'requests/call',
      'requests',
      '429',
      'refused here',
      'recovers in',
      'p50',
      'p99',
    ],
    never: 'never',
    good: 'good calls',
    requests: 'requests',
    clients: (count: number) => (count === 1 ? '1 client' : `${count} clients`),
    scale: (full: number, step: number) => `fault; a full bar is ${full}/s, a bar ${step} s`,
  },
  zh: {
    head: ['场景', '客户端', '成功率', '故障期间', '请求/调用', '请求数', '429', '本地拒绝', '恢复用时', 'p50', 'p99'],
    never: '未恢复',
    good: '成功调用',
    requests: '请求',
    clients: (count: number) => `${count} 个客户端`,
    scale: (full: number, step: number) => `故障；满格 ${full}/s，每格 ${step} 秒`,
  },
} as const
