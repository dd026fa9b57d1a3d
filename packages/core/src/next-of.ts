import { fused, type Fused } from './and-then.ts'
import { Call, type Handler } from './call.ts'
import type { CallFields } from './call-fields.ts'
import { ConfigError } from './errors.ts'
import type { Next } from './layer.ts'
import { isOutcome, type Outcome } from './outcome.ts'
import type { Ledger } from './recorder/ledger.ts'
import { type After, chained, following, lost, Sequel, takenBack } from './sequel.ts'
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
 * hand on by `andThen`; else the first `next` whose layer has not handed it on, or returns something else than the promise
 * that it went into. All this is settled before `run` returns: no outcome has come by then, and nothing has been done.
 *
 * @param probation calls whose outcome is looked at; `undefined` for a chain that looks at them itself, and shares nothing
 */
export function nextOf({ name, calls }: From, index: number, inner: Step, next: Next, probation?: number): Entry {
  const many = calls === 'many'
  const { run } = inner
  let left = probation ?? 0

  function looked(given: unknown): Promise<Outcome> {
    if (left > 0) left--
    return Promise.resolve(given).then((outcome) => {
      if (isOutcome(outcome)) return outcome
      left = probation ?? 0
      throw noOutcome(inner)
    })
  }

  const sure = (given: unknown) => (left === 0 && isPromise(given) ? given : looked(given))

  // what every call passes is written out: a function more is one that the engine may not inline
  const apart = (fields: Call<any> | CallFields<any>, give?: object): Promise<Outcome> => {
    const call = isCall(fields) ? fields : Call.of(fields)
    const { ledger } = call
    // what outer layers left to be done is not for what is sent from here: they take it back
    ledger.sequel = undefined
    if (ledger.reach > index && !many) throw twice(name)
    ledger.reach = index + 1
    const given = run(give === undefined ? call : call.giving(give), next)
    return left === 0 && isPromise(given) ? given : looked(given)
  }

  const together: Fused = (fields, after, of, held, give) => {
    const call = isCall(fields) ? fields : Call.of(fields)
    if (left > 0) return onProbation(call, after, of, held, give)
    const { ledger } = call
    const { sequel: outer, promised: before } = ledger
    const own = after === undefined ? outer : (ledger.sequel = new Sequel(after, call, of, held, outer))
    let given: Promise<Outcome>
    try {
      if (ledger.reach > index && !many) throw twice(name)
      ledger.reach = index + 1
      given = run(give === undefined ? call : call.giving(give), next)
    } catch (bug) {
      throw own === undefined ? bug : thrown(ledger, own, outer, bug)
    }
    if (ledger.sequel === undefined && own !== undefined && given === ledger.promised) {
      if (outer === undefined) ledger.promised = before
      return given
    }
    const promise = promisedHere(ledger, own, given)
    // with nothing left to be done from here on, it is no promise that an outer layer would have to return
    ledger.promised = outer === undefined ? before : promise
    return promise
  }

  function onProbation(
    call: Call<any>,
    after: After | undefined,
    of: unknown,
    held: unknown,
    give: object | undefined,
  ) {
    if (after === undefined) return apart(call, give)
    return chained(apart, call, new Sequel(after, call, of, held, undefined))
  }

  /** Nobody inside took what is to be done; or its promise is not what came back. */
  function promisedHere(ledger: Ledger, own: Sequel | undefined, given: unknown): Promise<Outcome> {
    const sequel = ledger.sequel ?? (own === undefined ? undefined : takenBack(own))
    ledger.sequel = undefined
    return sequel === undefined ? sure(given) : following(sure(given), sequel)
  }

  return probation === undefined ? (apart as Entry) : Object.assign(apart as Entry, { [fused]: together })
}

/** The layer inside threw at once: who handed the call on to it is told, and outer layers have all of theirs to do. */
function thrown(ledger: Ledger, own: Sequel, outer: Sequel | undefined, bug: unknown): unknown {
  const sequel = ledger.sequel ?? takenBack(own)
  ledger.sequel = own === outer ? sequel : outer
  return own === outer ? bug : lost(sequel, bug)
}

export const noOutcome = ({ name }: Pick<Step, 'name'>) =>
  new ConfigError('NO_OUTCOME', `Layer '${name}' gave no outcome: is a "return next(call)" missing?`)

const twice = (name: string) =>
  new ConfigError('NEXT_TWICE', `Layer '${name}' called next() twice: only a layer with calls: 'many' may`)

// by their constructors: to look through prototypes takes as long as all the rest of next()
const isCall = (fields: Call<any> | CallFields<any>): fields is Call<any> => fields.constructor === Call
const isPromise = (given: unknown): given is Promise<any> => (given as object | undefined)?.constructor === Promise
