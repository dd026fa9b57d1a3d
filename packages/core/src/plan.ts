import type { Slot, Traits } from './layer.ts'
import type { Transport } from './transport.ts'
import type { Step } from './step.ts'
import { worstCase } from './worst-case.ts'

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
  /** The most attempts that one call can make, if its client allows as many. */
  readonly attempts: number
  /** Milliseconds that one call can last at most, every attempt and wait included; `Infinity` when nothing bounds it. */
  readonly milliseconds: number

  constructor(steps: readonly Step[], transport: Transport) {
    const { name, about = '', traits = {} } = transport
    this.layers = [...steps.map(planned), { name, slot: 'wire', about, traits }]
    const { attempts, milliseconds } = worstCase(steps)
    this.attempts = attempts
    this.milliseconds = milliseconds
  }

  /** `deadline(20 s) → retry(3, 100 ms–20 s) → … → undici`. */
  toString(): string {
    return this.layers.map(({ name, about }) => (about === '' ? name : `${name}(${about})`)).join(' → ')
  }
}

const planned = ({ name, slot, about, traits }: Step): PlannedLayer => ({ name, slot, about, traits })
