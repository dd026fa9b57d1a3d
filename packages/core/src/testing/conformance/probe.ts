import type { Call } from '../../call.ts'
import { Failure, type Outcome } from '../../outcome.ts'
import { Reply, type ReplyBody } from '../../reply.ts'
import type { Transport } from '../../transport.ts'
import { Wait } from '../../wait.ts'

/** What the server does with one request: a status, with a body; no answer; half a body; a broken connection. */
export type Act = number | 'hangs' | 'stalls' | 'breaks'

/** One request as it came, its body read to the end. */
export type Arrival = { readonly path: string; readonly sent: string }

/** A transport that knows what was sent, and which bodies of replies are still open. */
export class Probe implements Transport {
  readonly name = 'probe'
  readonly arrivals: Arrival[] = []
  /** Bodies of replies, all and those still open. */
  readonly bodies: ProbedBody[] = []
  readonly open = new Set<ProbedBody>()
  readonly #acts: readonly Act[]

  /** @param acts one a request, the last for ever; whatever they are, a path that holds `hang` gets no answer */
  constructor(acts: readonly Act[]) {
    this.#acts = acts
  }

  send = async (call: Call<any>): Promise<Outcome> => {
    const act = this.#acts[Math.min(this.arrivals.length, this.#acts.length - 1)]!
    const { path } = call
    const sent: Uint8Array[] = []
    const { body } = call
    if (body.kind === 'bytes') sent.push(body.bytes)
    else if (body.kind === 'text') sent.push(Buffer.from(body.text))
    else if (body.kind !== 'none') for await (const piece of body.open()) sent.push(piece)
    this.arrivals.push({ path, sent: Buffer.concat(sent).toString() })
    if (act === 'breaks') return new Failure('network', 'CONNECTION_RESET', this.name, 'reset', { phase: 'connect' })
    if (act === 'hangs' || path.includes('hang')) return new Silence(call).done
    const reply = new ProbedBody(call, act === 'stalls', this.open)
    this.bodies.push(reply)
    return new Reply(act === 'stalls' ? 200 : act, {}, reply)
  }

  close = async (): Promise<void> => {}
}

/** Nothing comes, until the call is over. */
class Silence extends Wait {
  readonly done: Promise<Failure>
  #resolve!: (why: Failure) => void

  constructor(call: Call<any>) {
    super(call)
    this.done = new Promise((resolve) => (this.#resolve = resolve))
    this.begin()
  }

  protected stop(why: Failure): void {
    this.#resolve(why.at('wait', 'all'))
  }
}

/** Two pieces, of which a stalling one gives the first. Open until it has been read, dropped or cut. */
class ProbedBody extends Wait implements ReplyBody {
  readonly #open: Set<ProbedBody>
  readonly #text: string
  readonly #cut: Promise<Failure>
  readonly #stalls: boolean
  readonly #tell: (() => void)[] = []
  #resolve!: (why: Failure) => void
  #failure: Failure | undefined = undefined
  pulled = 0

  constructor(call: Call<any>, stalls: boolean, open: Set<ProbedBody>) {
    super(call)
    this.#open = open
    this.#text = `answer to ${call.path}`
    this.#stalls = stalls
    this.#cut = new Promise((resolve) => (this.#resolve = resolve))
    open.add(this)
    this.begin()
  }

  async read(): Promise<Uint8Array | Failure> {
    const pieces: Uint8Array[] = []
    const all = this.pieces()
    for (;;) {
      const { done, value } = await all.next()
      if (done === true) return value ?? Buffer.concat(pieces)
      pieces.push(value)
    }
  }

  async *pieces(): AsyncGenerator<Uint8Array, Failure | undefined> {
    const half = this.#text.length >> 1
    try {
      for (const piece of [this.#text.slice(0, half), this.#text.slice(half)]) {
        if (this.#failure === undefined && this.#stalls && this.pulled > 0) await this.#cut
        if (this.#failure !== undefined) return this.#failure
        this.pulled++
        yield Buffer.from(piece)
      }
      return undefined
    } finally {
      this.#over()
    }
  }

  discard(): void {
    this.#over()
  }

  whenOver(tell: () => void): void {
    if (this.#open.has(this)) this.#tell.push(tell)
    else tell()
  }

  #over(): void {
    this.end()
    if (this.#open.delete(this)) for (const tell of this.#tell) tell()
  }

  protected stop(why: Failure): void {
    this.#failure = why.at('receive', 'all')
    this.#resolve(this.#failure)
    this.#over()
  }
}
