import type { Endpoint } from '../endpoint.ts'
import { ConfigError } from '../errors.ts'
import type { Step } from '../step.ts'
import type { Tally } from '../tally.ts'
import type { Transport } from '../transport.ts'
import type { Bilingual } from '../verdict-table.ts'
import { callRules } from './call-rules.ts'
import { stackRules } from './stack-rules.ts'

export type Severity = 'error' | 'warning'

export type RuleId = keyof typeof rules

/** Rules that a stack breaks on purpose, each with the reason. */
export type Acknowledged = Partial<Readonly<Record<RuleId, string>>>

/** The kind of calls that a stack is to carry. */
export type LintedRequest = {
  readonly endpoint?: Endpoint<any, any>
  /** `once`: from a stream that can be read once. */
  readonly body?: 'once'
}

/** What a rule looks at. */
export type Linted = {
  readonly steps: readonly Step[]
  readonly transport: Transport
  readonly tally: Tally
  readonly request: LintedRequest | undefined
}

/** Why a stack is doubtful, in one sentence, and the layers that are concerned. */
export type Doubt = { readonly layers: readonly string[]; readonly why: Bilingual; readonly fix: Bilingual }

export type Rule = {
  readonly severity: Severity
  /** Nothing, when the stack keeps the rule. */
  readonly find: (this: void, linted: Linted) => Doubt | undefined
}

/** One rule that a stack breaks. As text, one line. */
export type Finding = {
  readonly rule: RuleId
  readonly severity: Severity
  readonly layers: readonly string[]
  readonly why: string
  readonly fix: string
  readonly zh: { readonly why: string; readonly fix: string }
  /** The reason, when it is broken on purpose. */
  readonly acknowledged: string | undefined
}

/** What one layer or a pair can have wrong, and the order of slots cannot see; each is explained in docs/ordering.md. */
export const rules = { ...stackRules, ...callRules } as const satisfies Readonly<Record<string, Rule>>

export function lint(linted: Linted, acknowledge: Acknowledged): readonly Finding[] {
  return Object.entries<Rule>(rules).flatMap(([rule, { severity, find }]) => {
    const doubt = find(linted)
    if (doubt === undefined) return []
    const { layers, why, fix } = doubt
    const acknowledged = acknowledge[rule as RuleId]
    const zh = { why: why.zh, fix: fix.zh }
    return [{ rule: rule as RuleId, severity, layers, why: why.en, fix: fix.en, zh, acknowledged }]
  })
}

/** @throws ConfigError `STACK_LINT` for the first error that is not acknowledged; `CONFIG_INVALID` for a reason that is none */
export function refuse(findings: readonly Finding[], acknowledge: Acknowledged): void {
  for (const [rule, reason] of Object.entries(acknowledge)) {
    if (!Object.hasOwn(rules, rule)) throw new ConfigError('CONFIG_INVALID', `acknowledge: there is no rule '${rule}'`)
    if (typeof reason !== 'string' || reason.trim() === '')
      throw new ConfigError('CONFIG_INVALID', `acknowledge: say in a sentence why '${rule}' is broken on purpose`)
  }
  const error = findings.find(({ severity, acknowledged }) => severity === 'error' && acknowledged === undefined)
  if (error === undefined) return
  const { rule, why, fix, zh } = error
  const acknowledging = `{ acknowledge: { '${rule}': '…' } }`
  throw new ConfigError('STACK_LINT', `${why} (${rule}): ${fix}, or say why it is meant: ${acknowledging}`, {
    zh: `${zh.why}（${rule}）：${zh.fix}；若有意为之，请说明理由：${acknowledging}`,
    hint: { en: `${fix[0]!.toUpperCase()}${fix.slice(1)}.`, zh: `${zh.fix}。` },
  })
}
