import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** A process of its own that answers questions, one at a time. Its module calls {@link answers}. */
export class Child {
  readonly name: string
  readonly #process: ChildProcess

  private constructor(name: string, child: ChildProcess) {
    this.name = name
    this.#process = child
  }

  /** @param flags Node's, beside the ones that make it read our sources */
  static async start(
    name: string,
    module: URL,
    args: readonly string[],
    flags: readonly string[] = [],
  ): Promise<Child> {
    const execArgv = ['--conditions=source', '--no-warnings', ...flags]
    const child = new Child(name, fork(module, [...args], { execArgv, serialization: 'advanced' }))
    await child.#heard()
    return child
  }

  get pid(): number {
    return this.#process.pid!
  }

  async ask<Answer>(question: unknown): Promise<Answer> {
    this.#process.send(question as object)
    return (await this.#heard()) as Answer
  }

  /** It ends by itself when nobody listens any more. */
  close(): void {
    if (this.#process.connected) this.#process.disconnect()
  }

  async #heard(): Promise<unknown> {
    const gone = new AbortController()
    const { signal } = gone
    const exit = once(this.#process, 'exit', { signal }).then(([code, by]) => {
      throw new Error(`${this.name}: the process ended (${code ?? by})`)
    })
    exit.catch(() => undefined)
    const [heard] = (await Promise.race([once(this.#process, 'message', { signal }), exit]).finally(() =>
      gone.abort(),
    )) as [{ readonly value?: unknown; readonly error?: string }]
    if (heard.error !== undefined) throw new Error(`${this.name}: ${heard.error}`)
    return heard.value
  }
}

/** In the child: answer each question with a value, or with what went wrong. */
export function answers(answer: (question: any) => Promise<unknown>): void {
  process.on('message', (question: unknown) => {
    answer(question).then(
      (value) => process.send!({ value }),
      (error: Error) => process.send!({ error: error.stack ?? String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
  process.send!({})
}
