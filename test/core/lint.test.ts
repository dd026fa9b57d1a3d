import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Acknowledged, layer, type LintedRequest, pipeline, type Stackable, type Transport } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { chaos, circuitBreaker, deadline, defaultStack, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const passing = (name: string, slot: 'repeat' | 'clock' | 'seal' | 'wire', traits: Record<string, any>) =>
  layer({ name, slot, calls: 'many', traits, run: (call, next) => next(call) })
const twice = passing('twice', 'repeat', { attempts: 2, parallel: true, waits: 100 })
const within = (...layers: readonly Stackable[]) => [deadline({ after: 20_000 }), ...layers]
const repeating: Transport = { ...scriptedTransport(replies(200)), name: 'axios', traits: { retries: 3 } }

type Case = {
  readonly rule: keyof Acknowledged
  readonly severity: 'error' | 'warning'
  readonly breaks: readonly Stackable[]
  readonly keeps: readonly Stackable[]
  readonly transport?: Transport
  readonly request?: LintedRequest
  readonly layers: readonly string[]
  readonly why: string
  readonly fix: string
}

const cases: readonly Case[] = [
  {
    rule: 'one-repeater',
    severity: 'error',
    breaks: within(retry(), twice, status()),
    keeps: within(retry({ retries: 0 }), twice, status()),
    layers: ['retry', 'twice'],
    why: "'retry' and 'twice' both repeat, and multiply: 4 × 2 attempts",
    fix: 'keep one of them',
  },
  {
    rule: 'transport-repeats',
    severity: 'error',
    breaks: within(retry(), status()),
    keeps: within(status()),
    transport: repeating,
    layers: ['retry', 'axios'],
    why: "the transport axios repeats 3 times by itself, beneath 'retry'",
    fix: 'turn its own retries off',
  },
  {
    rule: 'repeater-inside',
    severity: 'error',
    breaks: within(circuitBreaker(), passing('again', 'seal', { attempts: 3 }), status()),
    keeps: within(passing('again', 'repeat', { attempts: 3 }), circuitBreaker(), status()),
    layers: ['again'],
    why: "'again' repeats inside the breaker, the limiter and the attempt's timeout, which count it once",
    fix: "give it slot: 'repeat'",
  },
  {
    rule: 'attempt-exceeds-total',
    severity: 'error',
    breaks: within(timeout({ after: 20_001 })),
    keeps: within(timeout({ after: 20_000 })),
    layers: ['deadline', 'timeout'],
    why: "'timeout' allows one attempt 20 s, and 'deadline' the whole call 20 s",
    fix: 'lower the one or raise the other',
  },
  {
    rule: 'attempts-do-not-fit',
    severity: 'warning',
    breaks: within(retry({ retries: 4 }), timeout({ after: 5000 }), status()),
    keeps: within(retry({ retries: 3 }), timeout({ after: 5000 }), status()),
    layers: ['deadline', 'retry'],
    why: "of 5 attempts that each use their 5 s, 4 begin before the 20 s of 'deadline' are over",
    fix: 'allow fewer attempts, or each less time',
  },
  {
    rule: 'breaker-window',
    severity: 'warning',
    breaks: within(circuitBreaker({ window: 9999 }), timeout({ after: 5000 }), status()),
    keeps: within(circuitBreaker({ window: 10_000 }), timeout({ after: 5000 }), status()),
    layers: ['circuitBreaker', 'timeout'],
    why: "'circuitBreaker' remembers 10 s, and one attempt may take 5 s: slow failures fall out before they count",
    fix: 'make its window twice the timeout at least',
  },
  {
    rule: 'breaker-key',
    severity: 'warning',
    breaks: within(circuitBreaker({ key: ({ url }) => url }), status()),
    keeps: within(circuitBreaker({ key: ({ origin, method }) => `${method} ${origin}` }), status()),
    layers: ['circuitBreaker'],
    why: "'circuitBreaker' has a circuit for every URL: none ever sees enough attempts to open",
    fix: 'key it by origin or endpoint',
  },
  {
    rule: 'limits-off',
    severity: 'error',
    breaks: within(passing('limits', 'wire', { unlimited: 'body, ratio' })),
    keeps: within(passing('limits', 'wire', {})),
    layers: ['limits'],
    why: "'limits' switches off a bound of replies (body, ratio): one reply can fill the memory",
    fix: 'give a number',
  },
  {
    rule: 'two-routes',
    severity: 'error',
    breaks: within(passing('direct', 'wire', { route: 'direct' }), passing('proxy', 'wire', { route: 'proxy' })),
    keeps: within(passing('proxy', 'wire', { route: 'proxy' })),
    layers: ['direct', 'proxy'],
    why: "'direct' and 'proxy' each say which way calls go",
    fix: 'keep one of them',
  },
  {
    rule: 'chaos-in-place',
    severity: 'warning',
    breaks: within(chaos({ faults: [] })),
    keeps: within(status()),
    layers: ['chaos'],
    why: "'chaos' makes calls fail on purpose",
    fix: 'leave it out where calls are meant',
  },
  {
    rule: 'no-deadline',
    severity: 'warning',
    breaks: [status()],
    keeps: [timeout({ after: 1000 }), status()],
    layers: [],
    why: 'nothing bounds how long a call lasts',
    fix: 'put deadline() into the stack',
  },
  {
    rule: 'once-body',
    severity: 'warning',
    breaks: within(retry({ buffer: 0 }), status()),
    keeps: within(retry(), status()),
    request: { body: 'once' },
    layers: ['retry'],
    why: "a body from a stream can be read once, and 'retry' keeps no copy: there is one attempt",
    fix: 'give bytes, or a function that opens the stream anew',
  },
  {
    rule: 'hedge-billed',
    severity: 'warning',
    breaks: within(twice),
    keeps: within(retry(), status()),
    request: {
      endpoint: { id: 'acme.read', method: 'POST', path: '/', encoding: 'json', billed: 'each' } as any,
    },
    layers: ['twice'],
    why: "acme.read bills every request: 'twice' sends no second copy of them",
    fix: 'use retry() for this endpoint',
  },
]

const ok = scriptedTransport(replies(200))
const build = ({ breaks, transport = ok }: Case, acknowledge: Acknowledged = {}) =>
  pipeline(breaks, transport, { acknowledge })
const han = expect.stringMatching(/\p{Script=Han}/u)

describe.each(cases)('$rule', (each) => {
  const { rule, severity, keeps, request, layers, why, fix, transport = ok } = each

  it('finds a stack that breaks it, and says why and what to do', () => {
    const findings = build(each, { [rule]: 'it is meant' }).lint(request)
    const zh = { why: han, fix: han }
    expect(findings.filter((finding) => finding.rule === rule)).toEqual([
      { rule, severity, layers, why, fix, zh, acknowledged: 'it is meant' },
    ])
  })

  it('finds nothing in one that keeps it', () => {
    expect(
      pipeline(keeps, transport)
        .lint(request)
        .map((finding) => finding.rule),
    ).not.toContain(rule)
  })
})

it.each(cases.filter(({ severity }) => severity === 'error'))(
  '$rule refuses to build, unless it is acknowledged',
  (each) => {
    const { rule, why, fix } = each
    const message = `${why} (${rule}): ${fix}, or say why it is meant: { acknowledge: { '${rule}': '…' } }`
    expect(() => build(each)).toThrow(expect.objectContaining({ code: 'STACK_LINT', message }))
  },
)

it.each(cases.filter(({ severity }) => severity === 'warning'))('$rule builds all the same', (each) => {
  const findings = build(each).lint(each.request)
  expect(findings).toContainEqual(expect.objectContaining({ rule: each.rule, acknowledged: undefined }))
})

describe('stateful-per-call', () => {
  const guarded = (name: string) =>
    pipeline([circuitBreaker({ name }), timeout({ after: 1000 }), status()], scriptedTransport(replies(200)))

  it('is found when pipelines are made again and again and used once', () => {
    for (let made = 0; made < 99; made++) guarded('again')
    expect(guarded('again').lint()).toMatchObject([
      {
        rule: 'stateful-per-call',
        layers: ['again'],
        why: '100 pipelines of these layers were made for 0 calls: each has circuits, tokens and limits of its own, which learn nothing',
      },
    ])
  })

  it('is not for few, nor for one kept', () => {
    for (let made = 0; made < 98; made++) guarded('few')
    expect(guarded('few').lint()).toEqual([])
  })
})

it('finds nothing in the default stack', () => {
  expect(pipeline([...defaultStack()], scriptedTransport(replies(200))).lint()).toEqual([])
})

it('refuses a reason that is none, and a rule that is not there', () => {
  const build = (acknowledge: object) => () => pipeline([status()], scriptedTransport(replies(200)), { acknowledge })
  expect(build({ 'no-deadline': ' ' })).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: "acknowledge: say in a sentence why 'no-deadline' is broken on purpose",
    }),
  )
  expect(build({ 'no-such': 'x' })).toThrow("acknowledge: there is no rule 'no-such'")
})

it('keeps what is acknowledged in the stacks made of one', () => {
  const stack = pipeline([retry(), status()], repeating, { acknowledge: { 'transport-repeats': 'axios is patched' } })
  expect(stack.insert(deadline({ after: 1000 })).lint()).toMatchObject([{ acknowledged: 'axios is patched' }])
})

it('also says it in Chinese', () => {
  expect(() => pipeline([deadline({ after: 1000 }), timeout({ after: 2000 })], repeating)).toThrow(
    expect.objectContaining({
      zh: {
        message:
          "“timeout” 允许单次 2 s，而 “deadline” 整个调用仅 1 s（attempt-exceeds-total）：调低前者或调高后者；若有意为之，请说明理由：{ acknowledge: { 'attempt-exceeds-total': '…' } }",
        hint: '调低前者或调高后者。',
      },
    }),
  )
})

it('explains every rule in docs/ordering.md, by its severity', () => {
  const page = readFileSync(join(import.meta.dirname, '../../docs/ordering.md'), 'utf8')
  const told = [...page.matchAll(/^\| `([a-z-]+)` \| (error|warning) \|/gm)].map(
    ([, rule, severity]) => `${rule}: ${severity}`,
  )
  const known = cases.map(({ rule, severity }) => `${rule}: ${severity}`)
  expect(new Set(told)).toEqual(new Set([...known, 'stateful-per-call: warning']))
})
