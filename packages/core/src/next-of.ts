import { fused, type Fused } from './and-then.ts'
import { Call, type Handler } from './call.ts'
import type { CallFields } from './call-fields.ts'
import { ConfigError } from './errors.ts'
import type { Next } from './layer.ts'
import type { Outcome } from './outcome.ts'
import type { Ledger } from './recorder/ledger.ts'
import { chained, following, lost, Sequel, takenBack } from './sequel.ts'
import type { Step } from './step.ts'
import { type From, Watch } from './watch.ts'

/** Enters the layer inside. */
export type Entry = Next & Handler & { readonly [fused]?: Fused }

/**
 * `next` of the layer at `index`, which enters the layer inside it: one closure for each. It dresses a spread call, hands
 * gifts on, and lets only a repeater send twice: `reach` is how deep the call has been since somebody who may last sent it.
 *
 * What outer layers left to be done waits in the ledger for whoever can promise it: the transport, if all layers on the way
 * hand on by `andThen`; else the first `next` whose layer has not handed it on, or returns something else than the promise
 * that it went into. All this is settled before `run` returns: no outcome has come by then, and nothing has been done.
 *
 * @param inside undefined where a transport is inside
 * @param probation calls whose outcome is looked at; `undefined` for a chain that looks at them itself, and shares nothing
 */
export function nextOf(
  from: From,
  index: number,
  inner: Step,
  inside: Next | undefined,
  probation: number | undefined,
): Entry {
  const watch = new Watch(from, inner, probation ?? 0)
  const entry = apart(index, inner.run, inside, watch) as Entry
  if (probation === undefined) return entry
  return Object.assign(entry, { [fused]: together(index, inner.run, inside ?? nowhere, watch, entry) })
}

// What every call passes is written out, and made of parameters alone, which an engine need not ask whether they are there
// yet. A transport is entered at a place of its own, so that layers of one kind can be put into one another. A spread has lost
// what calls can do: to ask for a method of theirs is quicker than to ask whose they are.

/** `next(call)`, whose promise is the caller's alone. */
function apart(index: number, run: Step['run'], inside: Next | undefined, watch: Watch) {
  return function next(fields: Call<any> | CallFields<any>, give?: object): Promise<Outcome> {
    const call =
      give === undefined && (fields as Call<any>).giving !== undefined ? (fields as Call<any>) : dressed(fields, give)
    const { ledger } = call
    // what outer layers left to be done is not for what is sent from here: they take it back
    ledger.sequel = undefined
    if (ledger.reach > index) watch.again()
    ledger.reach = index + 1
    const given = inside === undefined ? run(call, nowhere) : run(call, inside)
    return given?.constructor === watch.trusted ? given : watch.looked(given)
  }
}

/** `andThen(next, call, after)`, whose promise is shared with all who hand on like this. */
function together(index: number, run: Step['run'], inside: Next, watch: Watch, entry: Entry): Fused {
  return function next(fields, after, of, held, give) {
    const call =
      give === undefined && (fields as Call<any>).giving !== undefined ? (fields as Call<any>) : dressed(fields, give)
    if (watch.trusted === null)
      return after === undefined ? entry(call) : chained(entry, call, new Sequel(after, call, of, held, undefined))
    const { ledger } = call
    const { sequel: outer, promised: before } = ledger
    const own = after === undefined ? outer : (ledger.sequel = new Sequel(after, call, of, held, outer))
    let given: Promise<Outcome>
    try {
      if (ledger.reach > index) watch.again()
      ledger.reach = index + 1
      given = run(call, inside)
    } catch (bug) {
      throw own === undefined ? bug : thrown(ledger, own, outer, bug)
    }
    if (ledger.sequel === undefined && own !== undefined && given === ledger.promised) {
      if (outer === undefined) ledger.promised = before
      return given
    }
    const promise = promisedHere(ledger, own, given, watch)
    // with nothing left to be done from here on, it is no promise that an outer layer would have to return
    ledger.promised = outer === undefined ? before : promise
    return promise
  }
}

/** Nobody inside took what is to be done; or its promise is not what came back. */
function promisedHere(ledger: Ledger, own: Sequel | undefined, given: unknown, watch: Watch): Promise<any> {
  const sequel = ledger.sequel ?? (own === undefined ? undefined : takenBack(own))
  ledger.sequel = undefined
  const promise = watch.trusts(given) ? given : watch.looked(given)
  return sequel === undefined ? promise : following(promise, sequel)
}

/** The layer inside threw at once: who handed the call on to it is told, and outer layers have all of theirs to do. */
function thrown(ledger: Ledger, own: Sequel, outer: Sequel | undefined, bug: unknown): unknown {
  const sequel = ledger.sequel ?? takenBack(own)
  ledger.sequel = own === outer ? sequel : outer
  return own === outer ? bug : lost(sequel, bug)
}

function dressed(fields: Call<any> | CallFields<any>, give: object | undefined): Call<any> {
  const call = fields.constructor === Call ? fields : Call.of(fields)
  return give === undefined ? call : call.giving(give)
}

const nowhere: Next = () => Promise.reject(new ConfigError('NEXT_TWICE', 'A transport has no next'))
