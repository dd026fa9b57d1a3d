import type { Child } from './child.ts'
import type { Samples } from './samples.ts'

/** Where rounds write down what they measured. */
export class Notebook {
  readonly #numbers: Record<string, Record<string, number[]>> = {}

  write(subject: string, metrics: Readonly<Record<string, number>>): void {
    const own = (this.#numbers[subject] ??= {})
    for (const [metric, value] of Object.entries(metrics)) (own[metric] ??= []).push(value)
  }

  get samples(): Samples {
    return this.#numbers
  }
}

/** Each child in turn, as often as there are rounds; every other round begins with the last. */
export async function inTurns(
  children: readonly Child[],
  rounds: number,
  visit: (child: Child, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const child of round % 2 === 0 ? children : children.toReversed()) await visit(child, round)
}
