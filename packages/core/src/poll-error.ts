import { PenstockError } from './errors.ts'

/** A task that did not come to its end. With its `id`, `poll({ id, … })` goes on where this one stopped. */
export class PollError extends PenstockError {
  /** Of the task, if it was submitted. */
  readonly id: string | undefined
  /** Checks that were made. */
  readonly checks: number

  constructor(
    code: string,
    message: string,
    task: { readonly id: string | undefined; readonly checks: number },
    cause?: unknown,
  ) {
    super(code, message, { cause })
    this.id = task.id
    this.checks = task.checks
  }
}
