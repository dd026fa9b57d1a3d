import type { Dispatcher } from 'undici'

/** What a handler of undici holds a request by: it pauses what comes, and aborts the call. */
export class DispatchControl implements Dispatcher.DispatchController {
  rawHeaders: Buffer[] | null = null
  rawTrailers = null
  readonly #aborting = new AbortController()
  #gate: PromiseWithResolvers<void> | undefined = undefined

  get signal(): AbortSignal {
    return this.#aborting.signal
  }

  get aborted(): boolean {
    return this.signal.aborted
  }

  get reason(): Error | null {
    return this.aborted ? (this.signal.reason as Error) : null
  }

  get paused(): boolean {
    return this.#gate !== undefined
  }

  pause(): void {
    this.#gate ??= Promise.withResolvers()
  }

  resume(): void {
    this.#gate?.resolve()
    this.#gate = undefined
  }

  abort(reason: Error): void {
    this.#aborting.abort(reason)
    this.resume()
  }

  /** Until more may come. */
  async flowing(): Promise<void> {
    while (this.#gate !== undefined) await this.#gate.promise
  }
}
