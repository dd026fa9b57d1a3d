import { Failure } from './outcome.ts'
import type { Pipeline } from './pipeline.ts'
import type { Runtime } from './runtime.ts'

/** Counts the calls in flight, so that a client can be closed when they have ended. */
export class Closing {
  readonly #runtime: Runtime
  readonly #pipeline: Pipeline
  #live = 0
  #idle: (() => void) | undefined = undefined
  #closed: Promise<void> | undefined = undefined

  constructor(runtime: Runtime, pipeline: Pipeline) {
    this.#runtime = runtime
    this.#pipeline = pipeline
  }

  enter(): void {
    this.#live++
  }

  leave = (): void => {
    if (--this.#live === 0) this.#idle?.()
  }

  /** Safe to call again: all get the same promise. */
  close(within: number): Promise<void> {
    return (this.#closed ??= this.#close(within))
  }

  async #close(within: number): Promise<void> {
    const runtime = this.#runtime
    const { clock } = runtime
    runtime.refusing = closed('the client is closed')
    if (this.#live > 0) {
      await new Promise<void>((resolve) => {
        const timer = clock.setTimer(resolve, within)
        this.#idle = () => {
          clock.clearTimer(timer)
          resolve()
        }
      })
    }
    runtime.cut(closed(`the client was closed, and the call did not end within ${within} ms`))
    await this.#pipeline.close()
  }
}

const closed = (because: string) => new Failure('cancelled', 'CLIENT_CLOSED', 'client', because)
