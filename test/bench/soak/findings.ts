import { number } from '../harness/markdown.ts'
import type { CallerBooks } from './caller.ts'
import type { Books } from './chaos-server.ts'

export type Sample = { readonly calls: number; readonly heap: number }

type Soaked = {
  /** By transport. */
  readonly books: ReadonlyMap<string, CallerBooks>
  readonly handles: ReadonlyMap<string, readonly string[]>
  readonly samples: ReadonlyMap<string, readonly Sample[]>
  readonly served: Books
  readonly seconds: number
}

/** What the two sides have in their books, held against each other. */
export function findings(soaked: Soaked): { readonly text: string; readonly holds: boolean } {
  const { books, served, seconds } = soaked
  const all = [...books.values()]
  const calls = sum(all.map((each) => each.calls))
  const refused = sum(all.map(({ outcomes }) => outcomes['CIRCUIT_OPEN'] ?? 0))
  const settled = sum(all.flatMap(({ outcomes }) => Object.values(outcomes)))
  const kinds = Object.keys(served.faults)
  const unserved = sum(
    all.map(({ done }, first) => count(done, (own, index) => own === 1 && served.served[2 * index + first] !== 1)),
  )
  const doubled = count(served.effects, (effects) => effects > 1)
  const requests = sum(all.map((each) => each.requests))

  const checks: (readonly [boolean, string])[] = [
    [settled === calls, `${number(calls)} calls, ${number(settled)} outcomes: ${number(calls - settled)} lost`],
    [unserved === 0, `${unserved} answers that the server never gave`],
    [doubled === 0, `${doubled} calls done twice by the server`],
    [
      kinds.length >= 20,
      `${kinds.length} kinds of fault, ${number(sum(Object.values(served.faults)))} played (≥ 20 kinds)`,
    ],
    [
      (calls - refused) / seconds >= 1_000_000 / 600,
      `${number((calls - refused) / seconds)} calls a second, without those refused by a breaker (≥ 1 000 000 in ten minutes)`,
    ],
    ...[...soaked.samples].map(([name, samples]) => heapCheck(name, samples)),
    ...[...soaked.handles].map(([name, handles]): readonly [boolean, string] => {
      const left = handles.filter((handle) => !/^(PipeWrap|TTYWrap|ProcessWrap)$/.test(handle))
      return [left.length === 0, `${name}: ${left.length} handles left${left.length > 0 ? `: ${left.join(', ')}` : ''}`]
    }),
  ]

  const codes = [...new Set(all.flatMap(({ outcomes }) => Object.keys(outcomes)))].toSorted((one, other) =>
    sum(all.map(({ outcomes }) => (outcomes[other] ?? 0) - (outcomes[one] ?? 0))),
  )
  const names = [...books.keys()]
  const table = [
    `| outcome | ${names.join(' | ')} |`,
    `| --- | ${names.map(() => '---').join(' | ')} |`,
    ...codes.map((code) => `| ${code} | ${all.map(({ outcomes }) => number(outcomes[code] ?? 0)).join(' | ')} |`),
    `| CPU µs a call | ${all.map((each) => number(each.microseconds / each.calls)).join(' | ')} |`,
  ]
  const faults = [
    '| fault | played |\n| --- | --- |',
    ...kinds.toSorted().map((name) => `| ${name} | ${number(served.faults[name]!)} |`),
  ]
  const sent = `The callers sent ${number(requests)} requests; the server read ${number(served.requests)} whole, over ${number(served.connections)} connections.`
  const lines = checks.map(([holds, says]) => `- ${holds ? '✓' : '✗'} ${says}`)
  return {
    text: [...table, '', ...faults, '', sent, '', ...lines].join('\n'),
    holds: checks.every(([holds]) => holds),
  }
}

/** The first third is for warming up. */
function heapCheck(name: string, samples: readonly Sample[]): readonly [boolean, string] {
  const later = samples.slice(Math.floor(samples.length / 3))
  const calls = later.at(-1)!.calls - later[0]!.calls
  const byCall = perCall(later)
  // what a short run shows is the noise of compilers and caches
  const holds = byCall <= 2 || byCall * calls < 1_500_000
  const says = `${name}: heap ${(later[0]!.heap / 1e6).toFixed(1)} → ${(later.at(-1)!.heap / 1e6).toFixed(1)} MB over ${number(calls)} calls, ${byCall.toFixed(2)} B a call (≤ 2)`
  return [holds, says]
}

/** Least squares. */
function perCall(samples: readonly Sample[]): number {
  const meanCalls = sum(samples.map(({ calls }) => calls)) / samples.length
  const meanHeap = sum(samples.map(({ heap }) => heap)) / samples.length
  const shared = sum(samples.map(({ calls, heap }) => (calls - meanCalls) * (heap - meanHeap)))
  return shared / sum(samples.map(({ calls }) => (calls - meanCalls) ** 2))
}

const sum = (numbers: readonly number[]) => numbers.reduce((total, each) => total + each, 0)

function count(numbers: Uint8Array, is: (value: number, index: number) => boolean): number {
  let found = 0
  numbers.forEach((value, index) => void (is(value, index) && found++))
  return found
}
