import type { Call, Ledger, Note, Outcome, Trip } from '@penstock/core'
import { httpAttributes } from '../observe/http-attributes.ts'
import { vendorOf } from '../observe/operation-of.ts'
import { bounded, other } from './bounded.ts'
import type { Instruments } from './instruments.ts'

type OperationOf = (call: Call<any>) => string | undefined

/** What a circuit breaker notes when it turns. */
const turns: Readonly<Record<string, number>> = {
  'circuitBreaker.closes': 0,
  'circuitBreaker.probes': 1,
  'circuitBreaker.opens': 2,
}

/** Attempts that are told apart: whoever makes more is in trouble anyway. */
const attemptsShown = 10

/** Writes what happened to calls into instruments. Of each kind of label `most` values are told apart. */
export class Recording {
  readonly #to: Instruments
  readonly #operationOf: OperationOf
  readonly #operation: (value: string) => string
  readonly #server: (value: string) => string
  readonly #code: (value: string) => string
  /** Notes that are counted already: those of an attempt are, when the call ends. */
  readonly #counted = new WeakMap<Ledger, number>()

  constructor(to: Instruments, operationOf: OperationOf, most: number) {
    this.#to = to
    this.#operationOf = operationOf
    this.#operation = bounded(most)
    this.#server = bounded(most)
    this.#code = bounded(most)
  }

  /** @param outcome undefined when a bug was thrown */
  call(call: Call<any>, outcome: Outcome | undefined): void {
    const about = this.#about(call)
    const verdict = outcome?.verdict ?? 'bug'
    this.#to.requests(1, { ...about, verdict })
    this.#to.duration(call.ledger.elapsed() / 1000, { ...about, verdict })
    if (verdict !== 'ok' && verdict !== 'unknown')
      this.#to.failures(1, { ...about, verdict, code: this.#code(outcome?.code ?? 'BUG') })
    this.#decisions(call)
  }

  /** @param from trips of the call before this attempt */
  attempt(call: Call<any>, outcome: Outcome | undefined, from: number): void {
    const { attempt, ledger } = call
    if (attempt > 1) this.#to.retries(1, this.#about(call))
    for (let index = from; index < ledger.trips.length; index++) {
      const isLast = index === ledger.trips.length - 1
      // what a redirect or a token's replay sent before was judged by nobody
      this.#trip(call, ledger.trips[index]!, isLast ? (outcome?.verdict ?? 'bug') : 'unknown')
    }
    this.#decisions(call)
  }

  #trip(call: Call<any>, { took, status, code }: Trip, verdict: string): void {
    if (took === undefined) return
    this.#to.http(took / 1000, {
      ...httpAttributes(call),
      ...this.#serverOf(call),
      'http.response.status_code': status,
      'error.type': status === undefined ? code && this.#code(code) : status >= 400 ? String(status) : undefined,
      ...this.#about(call),
      verdict,
      attempt: call.attempt > attemptsShown ? other : String(call.attempt),
    })
  }

  #decisions(call: Call<any>): void {
    const { notes } = call.ledger
    if (notes === undefined) return
    const counted = this.#counted.get(call.ledger) ?? 0
    this.#counted.set(call.ledger, notes.length)
    for (let index = counted; index < notes.length; index++) this.#decision(call, notes[index]!)
  }

  #decision(call: Call<any>, { kind, layer, facts }: Note): void {
    const about = this.#about(call)
    const decision = kind.id.slice(kind.id.indexOf('.') + 1)
    this.#to.decisions(1, { ...about, layer, decision })
    if (decision === 'waits' && typeof facts['wait'] === 'number')
      this.#to.wait(facts['wait'] / 1000, { ...about, layer })
    const turn = turns[kind.id]
    if (turn !== undefined) this.#to.circuit(turn, { ...this.#serverOf(call), layer })
  }

  #about(call: Call<any>) {
    const operation = this.#operationOf(call)
    return { operation: operation === undefined ? other : this.#operation(operation), vendor: vendorOf(call) }
  }

  #serverOf(call: Call<any>) {
    if (this.#server(call.origin) === other) return { 'server.address': other, 'server.port': undefined }
    const { 'server.address': address, 'server.port': port } = httpAttributes(call)
    return { 'server.address': address, 'server.port': port }
  }
}
