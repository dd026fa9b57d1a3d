import { conclude } from './conclude.ts'
import { flightOf } from './flight.ts'
import { masked } from './gate/masked.ts'
import { ledgerOf } from './ledger-of.ts'
import type { Ledger, Note, Span } from './ledger.ts'
import type { Trip } from './trip.ts'
import { duration, sentence } from './notes.ts'

export type Language = 'en' | 'zh'

export type ExplainOptions = {
  /** Codes are never translated. @default 'en' */
  readonly lang?: Language
}

/**
 * What happened to a call and why, attempt by attempt: every request, every decision with its numbers, and how it ended.
 * Takes a result, an error, a ledger, or the reason a caller aborted with.
 */
export function explain(thing: unknown, { lang = 'en' }: ExplainOptions = {}): string {
  const words = vocabulary[lang]
  const ledger = ledgerOf(thing)
  if (ledger === undefined) return words.unknown
  if (ledger.level === 'off') return words.off
  const { code, hint, zh } = thing as { code?: unknown; hint?: string; zh?: { hint: string } }
  const advice = lang === 'zh' ? zh?.hint : hint
  const lines = [
    `${ledger.method} ${ledger.url}`,
    `${typeof code === 'string' ? `${code} (${ledger.verdict})` : (ledger.verdict ?? words.running)} ${words.after(ledger)}`,
    ...story(ledger, lang).map((row) => `${moment(row.at).padStart(9)}  ${row.text}`),
    ...spans(ledger, words),
  ]
  return masked([...lines, ...conclusion(thing, lang, advice)].join('\n'))
}

/** What it comes to, and what to do. */
function conclusion(thing: unknown, lang: Language, advice: string | undefined): string[] {
  const flight = flightOf(thing)
  const concluded = flight && conclude(flight)
  if (concluded !== undefined) return [`∴ ${concluded[lang]}`, `→ ${concluded.fix[lang]}`]
  return advice ? [`→ ${advice}`] : []
}

/** One line of a story, at milliseconds since the call began. */
type Row = { readonly at: number; readonly text: string }

/** The rows of a ledger in the order of time, those of calls made on its behalf set in at the time they began. */
function story(ledger: Ledger, lang: Language): Row[] {
  return [
    ...ledger.trips.map((trip) => [{ at: trip.at + (trip.took ?? 0), text: tripRow(trip, lang) }]),
    ...(ledger.notes ?? []).map((note) => [{ at: note.at, text: noteRow(note, lang) }]),
    ...(ledger.children ?? []).map((child) => nested(child, Math.max(0, child.startedAt - ledger.startedAt), lang)),
  ]
    .toSorted(([one], [other]) => one!.at - other!.at)
    .flat()
}

function nested(child: Ledger, at: number, lang: Language): Row[] {
  const { running, after } = vocabulary[lang]
  const title = `↳   ${child.endpoint ?? `${child.method} ${child.url}`}: ${child.verdict ?? running} ${after(child)}`
  return [{ at, text: title }, ...story(child, lang).map((row) => ({ at: at + row.at, text: `  ${row.text}` }))]
}

/** `12 ms`, `1.04 s`: so fine that one can be taken from another. */
const moment = (milliseconds: number) =>
  milliseconds < 1000 ? `${Math.round(milliseconds)} ms` : `${(milliseconds / 1000).toFixed(2)} s`

function tripRow(trip: Trip, lang: Language): string {
  const { attempt, status, code, phase, sent, took, reusedSocket } = trip
  const words = vocabulary[lang]
  const socket = reusedSocket ? `, ${words.reused}` : ''
  const what =
    took === undefined
      ? words.running
      : status === undefined
        ? `${code} ${words.during(phase)}, ${words.sent(sent)}${socket}`
        : `${status} ${words.within(duration(took))}${socket}`
  return `#${attempt}  ${'wire'.padEnd(14)} ${what}${phasesOf(trip)}`
}

/** Where the time of a trip went that failed, or was slow. */
function phasesOf({ code, took = 0, timeline }: Trip): string {
  if (timeline?.connection === undefined || (code === undefined && took < 1000)) return ''
  const spent = Object.entries(timeline.phases).filter(([, milliseconds]) => milliseconds >= 0.5)
  return spent.length === 0
    ? ''
    : ` (${spent.map(([phase, milliseconds]) => `${phase} ${duration(milliseconds)}`).join(' · ')})`
}

const noteRow = ({ attempt, layer, kind, facts }: Note, lang: Language) =>
  `#${attempt}  ${layer.padEnd(14)} ${sentence(kind[lang], facts)}`

/** Of a call recorded at level `all`: the time of every layer, and what of it was its own. */
function spans({ spans: all }: Ledger, words: Vocabulary): string[] {
  if (all === undefined || all.length === 0) return []
  const rows = all.map((span) => {
    if (Number.isNaN(span.to))
      return `${words.running.padStart(19)}  #${span.attempt}  ${'· '.repeat(span.depth)}${span.layer}`
    const took = span.to - span.from
    return `${duration(took).padStart(9)} ${duration(own(span, all)).padStart(9)}  #${span.attempt}  ${'· '.repeat(span.depth)}${span.layer} ${span.verdict ?? words.running}`
  })
  return [`${words.total.padStart(9)} ${words.own.padStart(9)}`, ...rows]
}

function own(span: Span, all: readonly Span[]): number {
  const inside = all.filter(({ depth, from, to }) => depth === span.depth + 1 && from >= span.from && to <= span.to)
  return span.to - span.from - inside.reduce((sum, { from, to }) => sum + to - from, 0)
}

type Vocabulary = (typeof vocabulary)['en']

const times = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`

const vocabulary = {
  en: {
    unknown: 'nothing is known of this: it is no result, error or abort reason of a client',
    off: "nothing was recorded: diagnose is 'off'",
    running: 'still running',
    total: 'total',
    own: 'own',
    reused: 'on a kept-alive socket',
    after: ({ attempts, trips, startedAt, endedAt }: Ledger) =>
      `after ${times(attempts, 'attempt')}, ${times(trips.length, 'request')}${endedAt === undefined ? '' : `, ${duration(endedAt - startedAt)}`}`,
    within: (time: string) => `after ${time}`,
    during: (phase: string) => `in phase ${phase}`,
    sent: (sent: string) => `sent: ${sent}`,
  },
  zh: {
    unknown: '没有记录：这不是客户端的结果、错误或取消原因',
    off: "没有记录：diagnose 为 'off'",
    running: '进行中',
    total: '总计',
    own: '自身',
    reused: '复用连接',
    after: ({ attempts, trips, startedAt, endedAt }: Ledger) =>
      `共 ${attempts} 次尝试、${trips.length} 个请求${endedAt === undefined ? '' : `，耗时 ${duration(endedAt - startedAt)}`}`,
    within: (time: string) => `用时 ${time}`,
    during: (phase: string) => `阶段 ${phase}`,
    sent: (sent: string) => `已发送：${sent}`,
  },
}
