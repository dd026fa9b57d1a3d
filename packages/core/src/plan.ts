import type { Slot, Traits } from './layer.ts'
import type { Transport } from './transport.ts'
import type { Step } from './step.ts'

export type PlannedLayer = {
  readonly name: string
  /** Undefined for a plain function. */
  readonly slot: Slot | undefined
  readonly about: string
  readonly traits: Traits
}

/** What a pipeline will do, as data; as text, one line. */
export class Plan {
  /** Outermost first, the transport last. */
  readonly layers: readonly PlannedLayer[]
  /** The most attempts that one call can make. */
  readonly attempts: number

  constructor(steps: readonly Step[], transport: Transport) {
    const last: PlannedLayer = { name: transport.name, slot: 'wire', about: transport.about ?? '', traits: {} }
    this.layers = [...steps.map(({ name, slot, about, traits }) => ({ name, slot, about, traits })), last]
    this.attempts = this.layers.reduce((product, { traits }) => product * Number(traits['attempts'] ?? 1), 1)
  }

  /** `deadline(20 s) → retry(3, 100 ms–20 s) → … → undici`. */
  toString(): string {
    return this.layers.map(({ name, about }) => (about === '' ? name : `${name}(${about})`)).join(' → ')
  }
}
