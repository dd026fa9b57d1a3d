import type { Bilingual } from '../../verdict-table.ts'

/** What is wrong with the server while a fault lasts. What is left out is as it always is. */
export type Fault = {
  /** No connection comes about. @default false */
  readonly down?: boolean
  /** Connections come about, and nothing is ever answered. @default false */
  readonly silent?: boolean
  /** The share of requests, 0 to 1, that is answered with an error at once. @default 0 */
  readonly failing?: number
  /** Requests a second that it can serve. @default the server's own */
  readonly capacity?: number
  /** Requests in any second beyond which it refuses, with 429. @default no limit */
  readonly limit?: number
}

/** A fault, and how long to look at the server before it and after it. Milliseconds. */
export type Scenario = {
  readonly name: Bilingual
  readonly fault: Fault
  readonly before: number
  readonly lasts: number
  readonly after: number
}

export type ScenarioTimes = {
  /** Milliseconds that all is well first. @default 30_000 */
  readonly before?: number
  /** Milliseconds of the fault. @default 30_000 */
  readonly lasts?: number
  /** Milliseconds that all is well again. @default 60_000 */
  readonly after?: number
}

/** Nothing gets through: connections are refused or, `silent`, never answered. */
export function outage({ silent = false, ...times }: ScenarioTimes & { readonly silent?: boolean } = {}): Scenario {
  const { name, fault } = silent
    ? { name: { en: 'silent outage', zh: '无响应中断' }, fault: { silent } }
    : { name: { en: 'outage', zh: '中断' }, fault: { down: true } }
  return scenario(name, fault, times)
}

/** The server gets slow: it can serve `capacity` requests a second, 50 by default. */
export function brownout({ capacity = 50, ...times }: ScenarioTimes & { readonly capacity?: number } = {}): Scenario {
  return scenario({ en: `capacity ${capacity}/s`, zh: `容量 ${capacity}/s` }, { capacity }, times)
}

/** A share of the requests, half by default, is answered with an error at once; the server has headroom for the rest. */
export function partialFailure({ share = 0.5, ...times }: ScenarioTimes & { readonly share?: number } = {}): Scenario {
  const percent = Math.round(share * 100)
  return scenario({ en: `${percent} % errors`, zh: `${percent} % 出错` }, { failing: share }, times)
}

/** The server refuses more than `limit` requests in any second, 40 by default. */
export function rateLimited({ limit = 40, ...times }: ScenarioTimes & { readonly limit?: number } = {}): Scenario {
  return scenario({ en: `limit ${limit}/s`, zh: `限流 ${limit}/s` }, { limit }, times)
}

const scenario = (name: Bilingual, fault: Fault, times: ScenarioTimes): Scenario => {
  const { before = 30_000, lasts = 30_000, after = 60_000 } = times
  return { name, fault, before, lasts, after }
}
