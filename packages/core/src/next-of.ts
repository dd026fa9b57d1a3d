import { fused, type Fused } from './and-then.ts'
import { Call, type CallFields, type Handler } from './call.ts'
import { ConfigError } from './errors.ts'
import type { Next } from './layer.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Ledger } from './recorder/ledger.ts'
import { following, lost, Sequel } from './sequel.ts'
import type { Step } from './step.ts'

/** Enters the layer inside. */
export type Entry = Next & Handler & { readonly [fused]?: Fused }

/** Who hands calls on. */
export type From = Pick<Step, 'name' | 'calls'>

/**
 * `next` of the layer at `index`, which enters the layer inside it: one closure for each. It dresses a spread call, hands
 * gifts on, and lets only a repeater send twice: `reach` is how deep the call has been since somebody who may last sent it.
 *
 * What outer layers left to be done waits in the ledger for whoever can promise it: the transport, if all layers on the way
 * hand on by `andThen`; else the first of them that does not. Its own `next` begins with nothing to be done.
 *
 * @param probation calls whose outcome is looked at; `undefined` for a chain that looks at them itself, and shares nothing
 */
export function nextOf({ name, calls }: From, index: number, inner: Step, within: Next, probation?: number): Entry {
  const many = calls === 'many'
  const { run, slot } = inner
  // what a plain function gives is waited for, and so never what it was given
  const next: Next = slot === undefined ? (call, give) => within(call, give) : within
  let left = probation ?? 0

  function looked(given: unknown): Promise<Outcome> {
    if (left > 0) left--
    return Promise.resolve(given).then((outcome) => {
      if (isOutcome(outcome)) return outcome
      left = probation ?? 0
      throw noOutcome(inner)
    })
  }

  /** What outer layers left to be done is not for what is sent from here. */
  function alone(ledger: Ledger, call: Call<any>): Promise<Outcome> {
    const { sequel } = ledger
    ledger.sequel = undefined
    try {
      const given = run(call, next)
      ledger.promised = undefined
      return left === 0 && given instanceof Promise ? given : looked(given)
    } finally {
      ledger.sequel = sequel
    }
  }

  const apart = (fields: Call<any> | CallFields<any>, give?: object): Promise<Outcome> => {
    let call = fields instanceof Call ? fields : new Call<any>(fields)
    const { ledger } = call
    if (ledger.reach > index && !many) throw twice(name)
    ledger.reach = index + 1
    if (give !== undefined) call = call.giving(give)
    if (ledger.sequel !== undefined) return alone(ledger, call)
    const given = run(call, next)
    ledger.promised = undefined
    return left === 0 && given instanceof Promise ? given : looked(given)
  }

  const together: Fused = (fields, after, of, held, give) => {
    const { ledger } = fields
    if (left > 0) return tried(fields, after, of, held, give)
    const call = fields instanceof Call ? fields : new Call<any>(fields)
    if (ledger.reach > index && !many) throw twice(name)
    ledger.reach = index + 1
    const outer = ledger.sequel
    const own = after === undefined ? outer : (ledger.sequel = new Sequel(after, call, of, held, outer))
    let given: Promise<Outcome>
    try {
      given = run(give === undefined ? call : call.giving(give), next)
    } catch (bug) {
      handedToNobody(ledger)
      // what the transport has promised is done with what it gives, whoever gets it
      if (ledger.sequel !== own) throw bug
      ledger.sequel = outer
      throw own === outer ? bug : lost(own!, bug)
    }
    return ledger.sequel === undefined && given instanceof Promise ? given : sealed(ledger, given)
  }

  /** Somebody inside does not hand on. */
  function sealed(ledger: Ledger, given: unknown): Promise<Outcome> {
    const { sequel } = ledger
    ledger.sequel = undefined
    if (!(given instanceof Promise)) handedToNobody(ledger)
    const sure = given instanceof Promise ? given : looked(given)
    return (ledger.promised = sequel === undefined ? sure : following(sure, sequel))
  }

  /** The same, while its outcomes are looked at: with a promise of its own. */
  const tried: Fused = (fields, after, of, held, give) => {
    const call = fields instanceof Call ? fields : new Call<any>(fields)
    const { ledger } = call
    const own = after === undefined ? undefined : new Sequel(after, call, of, held, undefined)
    if (ledger.reach > index && !many) throw twice(name)
    ledger.reach = index + 1
    const { sequel } = ledger
    ledger.sequel = ledger.promised = undefined
    let given: unknown
    try {
      given = run(give === undefined ? call : call.giving(give), next)
      if (ledger.promised !== undefined && ledger.promised !== given) throw kept(inner, given)
      return (ledger.promised = own === undefined ? looked(given) : following(looked(given), own))
    } catch (bug) {
      handedToNobody(ledger, given)
      throw own === undefined ? bug : lost(own, bug)
    } finally {
      ledger.sequel = sequel
    }
  }

  return probation === undefined ? (apart as Entry) : Object.assign(apart as Entry, { [fused]: together })
}

/** Nobody gets what was handed on, nor what was given in its place: what they reject with is no unhandled rejection. */
export function handedToNobody({ promised }: Ledger, given?: unknown): void {
  promised?.catch(() => {})
  if (given instanceof Promise) given.catch(() => {})
}

export const noOutcome = ({ name }: Pick<Step, 'name'>) =>
  new ConfigError('NO_OUTCOME', `Layer '${name}' gave no outcome: is a "return next(call)" missing?`)

/** What outer layers do would be done to an outcome that nobody gets. */
const kept = (step: Step, given: unknown) =>
  given instanceof Promise
    ? new ConfigError('NEXT_KEPT', `Layer '${step.name}' must return what andThen() gives as it is, and not be async`)
    : noOutcome(step)

const twice = (name: string) =>
  new ConfigError('NEXT_TWICE', `Layer '${name}' called next() twice: only a layer with calls: 'many' may`)
