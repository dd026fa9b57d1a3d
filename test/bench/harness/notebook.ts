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

/** Each subject in turn, as often as there are rounds; every other round begins with the last. */
export async function inTurns<Subject>(
  subjects: readonly Subject[],
  rounds: number,
  visit: (subject: Subject, round: number) => Promise<void>,
): Promise<void> {
  for (let round = 0; round < rounds; round++)
    for (const subject of round % 2 === 0 ? subjects : subjects.toReversed()) await visit(subject, round)
}
