import { systemClock } from '../clock.ts'
import type { Verdict } from '../verdict.ts'
import { parseContentType } from '../decode/content-type.ts'
import type { Bilingual } from '../verdict-table.ts'
import type { Connection, HandshakeBytes } from './connection.ts'
import type { Credential } from './credentials-in.ts'
import { maskedData } from './gate/masked-data.ts'
import { ledgerOf } from './ledger-of.ts'
import type { Ledger, Level } from './ledger.ts'
import type { Trip } from './trip.ts'
import { type Facts, sentence } from './notes.ts'
import { answersOf, type TripAnswer } from './recording/answers.ts'
import { type Recording, recordingOf } from './recording/recording.ts'
import { jumpsBetween, type Stall, stallsBetween } from './stalls.ts'
import type { Phases, Timeline } from './timeline.ts'
import type { TlsFacts } from './tls-facts.ts'
import { type Versions, versions } from './versions.ts'

/** A decision, with the numbers that made it and the sentence it is told in. */
export type FlightNote = {
  /** Milliseconds since the call began. */
  readonly at: number
  readonly attempt: number
  readonly layer: string
  /** Stable: `retry.waits`. */
  readonly id: string
  readonly facts: Facts
  readonly en: string
  readonly zh: string
}

export type FlightConnection = {
  readonly id: number
  readonly address: string | undefined
  readonly port: number | undefined
  readonly localPort: number | undefined
  readonly uses: number
  readonly secured: boolean
  /** Milliseconds from the call's beginning; below zero for a connection that was there before. */
  readonly startedAt: number
  readonly readyAt: number | undefined
  readonly tries: readonly {
    readonly address: string
    readonly family: number
    readonly at: number
    readonly code?: string
  }[]
  readonly tls: TlsFacts | undefined
  /** Bytes of its TLS handshake; undefined without one. */
  readonly handshake: HandshakeBytes | undefined
}

export type FlightTrip = {
  readonly attempt: number
  readonly at: number
  readonly took: number | undefined
  readonly status: number | undefined
  readonly code: string | undefined
  readonly phase: string
  readonly sent: string
  readonly reusedSocket: boolean | undefined
  /** Of a transport that has sockets. */
  readonly phases: Phases | undefined
  readonly total: number | undefined
  readonly idle: number | undefined
  readonly bytesSent: number
  readonly bytesReceived: number
  readonly connection: FlightConnection | undefined
  /** Milliseconds from the last byte of the answer to the end. */
  readonly silence: number | undefined
  /** Where it held a credential: names alone. */
  readonly credentials?: readonly Credential[] | undefined
  /** What came of it, for a replay. */
  readonly answer?: TripAnswer | undefined
  /** What the reply says of itself. */
  readonly reply:
    | {
        readonly type: string | undefined
        readonly charset: string | undefined
        /** Bytes that it announced. */
        readonly length: number | undefined
        /** Milliseconds that the server's clock is ahead of ours, to half a second. */
        readonly skew: number | undefined
        /** By which the server's people find it again. */
        readonly requestId?: string | undefined
      }
    | undefined
}

/**
 * What happened to one call, as plain data: what every view shows, what a file keeps, what a replay runs. Safe by what it is
 * made of: numbers, codes, names and what a server says of itself, never what was sent or received.
 */
export type Flight = {
  readonly schema: 'penstock.flight/1'
  readonly id: number
  readonly level: Level
  readonly method: string
  /** Without the query. */
  readonly url: string
  readonly endpoint: string | undefined
  /** ISO 8601, by the wall clock. */
  readonly startedAt: string
  /** Milliseconds; of a call that still runs, so far. */
  readonly took: number
  /** Milliseconds that it might take, where a layer bounds it. */
  readonly deadline: number | undefined
  readonly running: boolean
  readonly verdict: Verdict | undefined
  /** How it ended, when it did not go well. */
  readonly failure:
    | {
        readonly code: string
        readonly layer: string
        readonly because: string
        readonly status: number | undefined
        readonly vendorCode: string | undefined
        /** The vendor's, out of the reply: what its support asks for. */
        readonly requestId?: string | undefined
        readonly meaning: Bilingual | undefined
        readonly advice: Bilingual | undefined
      }
    | undefined
  readonly attempts: number
  readonly maxAttempts: number
  readonly notes: readonly FlightNote[]
  readonly trips: readonly FlightTrip[]
  /** At levels `all` and `wire`: the time of every layer. */
  readonly spans: readonly {
    readonly layer: string
    readonly attempt: number
    readonly depth: number
    readonly from: number
    readonly to: number | undefined
    readonly verdict: string | undefined
  }[]
  /** Times at which this process stood still, from the call's beginning. */
  readonly stalls: readonly Stall[]
  /** Calls made on its behalf, at milliseconds since it began. */
  readonly children: readonly { readonly at: number; readonly flight: Flight }[]
  /** Of a copy that was sent beside another call, by `hedge` say: that call's id. */
  readonly copyOf?: number | undefined
  /** What it ran on, by name; not of a call that stands in another. */
  readonly versions?: Versions | undefined
  /** What came from outside and is told nowhere else: for {@link replay}. */
  readonly recording?: Recording | undefined
}

/** The flight of a result, an error, a ledger, or the reason a caller aborted with; undefined for anything else. */
export function flightOf(thing: unknown): Flight | undefined {
  const ledger = ledgerOf(thing)
  if (ledger === undefined) return undefined
  return maskedData({ ...flight(ledger), versions: versions(ledger.trips.map(({ transport }) => transport)) })
}

function flight(ledger: Ledger): Flight {
  const { trips } = ledger
  const answers = answersOf(ledger)
  const { id, level, method, url, endpoint, verdict, startedAt, endedAt, attempts, budget, end } = ledger
  const now = ledger.runtime.clock.now()
  const took = (endedAt ?? now) - startedAt
  // a virtual clock knows nothing of the process's stalls
  const stalls = ledger.runtime.clock === systemClock ? stallsBetween(startedAt, startedAt + took) : []
  const jumped = ledger.runtime.clock === systemClock ? jumpsBetween(startedAt, now) : []
  const date = ledger.runtime.clock.date() - (now - startedAt)
  const began = jumped.reduce((before, jump) => before - jump.milliseconds, date)
  return {
    schema: 'penstock.flight/1',
    id,
    level,
    method,
    url,
    endpoint,
    startedAt: new Date(began).toISOString(),
    took,
    deadline: ledger.deadline,
    running: verdict === undefined,
    verdict,
    failure: end,
    attempts,
    maxAttempts: budget.attempts,
    notes: (ledger.notes ?? []).map(({ at, attempt, layer, kind, facts }) => ({
      at,
      attempt,
      layer,
      id: kind.id,
      facts,
      en: sentence(kind.en, facts),
      zh: sentence(kind.zh, facts),
    })),
    trips: trips.map((trip, index) => ({ ...tripOf(trip, began), answer: answers[index] })),
    spans: (ledger.spans ?? []).map(({ layer, attempt, depth, from, to, verdict: ended }) => ({
      layer,
      attempt,
      depth,
      from,
      to: Number.isNaN(to) ? undefined : to,
      verdict: ended,
    })),
    stalls: stalls.map(({ at, milliseconds }) => ({ at: at - startedAt, milliseconds })),
    children: (ledger.children ?? []).map((child) => ({ at: child.startedAt - startedAt, flight: flight(child) })),
    copyOf: ledger.forkOf?.id,
    recording: recordingOf(ledger),
  }
}

/** @param began when the call did, by the wall clock */
function tripOf(trip: Trip, began: number): FlightTrip {
  const { timeline, attempt, at, took, status, code, phase, sent, reusedSocket } = trip
  const connection = timeline?.connection
  const real = connection !== undefined || timeline?.endedAt !== undefined
  return {
    attempt,
    at,
    took,
    status,
    code,
    phase,
    sent,
    reusedSocket,
    phases: real ? timeline!.phases : undefined,
    total: real ? timeline!.total : undefined,
    idle: timeline?.idle,
    bytesSent: timeline?.bytesSent ?? 0,
    bytesReceived: timeline?.bytesReceived ?? 0,
    connection: connection && connectionOf(connection, timeline.dispatchedAt - trip.at),
    silence: timeline && silenceOf(timeline),
    credentials: trip.credentials,
    reply: timeline && replyOf(timeline, began + trip.at),
  }
}

function silenceOf({ answeredAt, heardAt = answeredAt, endedAt }: Timeline): number | undefined {
  return heardAt === undefined || endedAt === undefined ? undefined : endedAt - heardAt
}

/** @param began when the trip did, by the wall clock */
function replyOf(timeline: Timeline, began: number): FlightTrip['reply'] {
  const { dispatchedAt, answeredAt, date, type, length, requestId } = timeline
  if (answeredAt === undefined) return undefined
  const parsed = parseContentType(type)
  const charset = parsed?.parameters.get('charset')
  // a date has no parts of a second
  const skew = Date.parse(date ?? '') + 500 - (began + answeredAt - dispatchedAt)
  return {
    type: parsed?.type.slice(0, 80),
    charset: charset !== undefined && /^[\w.:-]{1,40}$/.test(charset) ? charset : undefined,
    length: length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : undefined,
    skew: Number.isNaN(skew) ? undefined : skew,
    requestId,
  }
}

/** @param begin the call's beginning, on the process's monotonic clock */
function connectionOf(
  { id, address, port, localPort, uses, secured, startedAt, readyAt, tries, tls, handshake }: Connection,
  begin: number,
): FlightConnection {
  return {
    id,
    address,
    port,
    localPort,
    uses,
    secured,
    startedAt: startedAt - begin,
    readyAt: readyAt === undefined ? undefined : readyAt - begin,
    tries: tries.map((tried) => ({ ...tried, at: tried.at - begin })),
    tls,
    handshake,
  }
}
