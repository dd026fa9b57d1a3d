import { createHash } from 'node:crypto'
import {
  type Call,
  codeEntry,
  endpointCall,
  Failure,
  type Ledger,
  type Next,
  notes,
  type Runtime,
  secret,
  type Secret,
  verdicts,
} from '@penstock/core'
import type { Store } from '../stores/store.ts'
import type { Grant, Source } from './source.ts'
import { atOnce, type StoredToken, storedToken } from './stored-token.ts'
import type { Dress } from './place.ts'
import { inClear, sealedBy } from './sealed.ts'

const says = notes('token', { fails: ['no token could be had: {code}', '无法获取令牌：{code}'] })

/** A token in use. */
export type Held = {
  readonly secret: Secret
  /** On the call's clock: when to ask for another. */
  readonly until: number
  readonly dress: Dress
  /** What inner layers get in their context. */
  readonly gifts: { readonly token: Secret; readonly account: string }
}

/** By which a call was sent with a token: what it takes to send it with another. */
export type Way = { readonly keeper: Keeper; readonly held: Held; readonly next: Next }

export type KeeperOptions = {
  readonly source: Source
  readonly origin: string
  /** What tells tokens apart beside the origin: credential, scope. */
  readonly identity: string
  readonly dressed: (token: Secret) => Dress
  readonly skew: number
  readonly after: number
  readonly store: Store | undefined
  /** What tokens in the store are encrypted with; undefined for in clear. */
  readonly storeKey: string | undefined
  readonly name: string
}

type Flight = { readonly runtime: Runtime; readonly ledger: Promise<Ledger>; readonly done: Promise<Held | Failure> }

/** The token of one credential at one origin, and the one flight that fetches another. */
export class Keeper {
  /** Tells credentials apart and reveals none. */
  readonly account: string
  readonly origin: string
  readonly #options: KeeperOptions
  readonly #stored: StoredToken | undefined
  #held: Held | undefined = undefined
  #refused: string | undefined = undefined
  #flight: Flight | undefined = undefined
  #way: Way | undefined = undefined

  constructor(options: KeeperOptions) {
    const { identity, origin, store, storeKey, name } = options
    const digest = createHash('sha256').update(`penstock:token:${origin}:${identity}`).digest('hex')
    this.account = digest.slice(0, 12)
    this.origin = origin
    this.#options = options
    const key = `token-${digest}`
    const seal = storeKey === undefined ? inClear : sealedBy(storeKey, key)
    this.#stored = store && storedToken(store, key, seal, name)
  }

  /** The token, while it is good. */
  current(now: number): Held | undefined {
    return this.#held !== undefined && now < this.#held.until ? this.#held : undefined
  }

  /** The same one for the same two, so that calls share it. */
  way(held: Held, next: Next): Way {
    if (this.#way?.held === held && this.#way.next === next) return this.#way
    return (this.#way = { keeper: this, held, next })
  }

  /** That one is no good. A newer one stays. */
  drop(held: Held): void {
    if (this.#held !== held) return
    this.#held = undefined
    this.#refused = held.secret.reveal()
  }

  /** Wait for the flight, or begin it. Who leaves disturbs nobody, and the story hangs in the ledger of all who waited. */
  async fetch(call: Call, next: Next): Promise<Held | Failure> {
    for (;;) {
      const flight = (this.#flight ??= this.#launch(call, next))
      flight.ledger.then((ledger) => call.ledger.adopt(ledger), nobody)
      const held = await call.until(flight.done)
      // the flight went down with a client that was closed: this call's own is open
      if (!(held instanceof Failure && flight.runtime.closed !== undefined && call.over() === undefined)) return held
    }
  }

  #launch(leader: Call, next: Next): Flight {
    const call = this.#born(leader)
    const done = call.then((flight) => this.#obtain(flight, next)).finally(() => (this.#flight = undefined))
    return { runtime: leader.runtime, ledger: call.then(({ ledger }) => ledger), done }
  }

  /** A call of its own, which no caller's abort ends. */
  async #born({ runtime, ledger, context }: Call): Promise<Call> {
    const { source, origin, after, name } = this.#options
    const { endpoint, input, attempts } = source
    const headers = { accept: 'application/json' }
    const call = await endpointCall(endpoint, input, { origin, headers, runtime, level: ledger.level, attempts })
    return call.with({ context }).within({ after, layer: name, code: 'CALL_DEADLINE', verdict: 'timeout' })
  }

  async #obtain(call: Call, next: Next): Promise<Held | Failure> {
    const held = await this.#found(call, next)
    call.ledger.settle(held instanceof Failure ? held.verdict : 'ok')
    return held
  }

  /** In the store, or by asking for it when it is this process's turn. */
  async #found(call: Call, next: Next): Promise<Held | Failure> {
    const found = this.#stored === undefined ? atOnce : await this.#stored.find(call, this.#refused)
    if (found instanceof Failure) return unavailable(found, this.#options.name)
    if (typeof found === 'function') return this.#ask(call, next).finally(found)
    return this.#hold(found, call.clock.now()) ?? this.#ask(call, next)
  }

  async #ask(call: Call, next: Next): Promise<Held | Failure> {
    const { source, name } = this.#options
    const from = call.clock.now()
    const grant = await source.ask(call, next)
    if (grant instanceof Failure) {
      if (grant.code !== 'TOKEN_UNAVAILABLE') {
        call.note(says.fails, { code: grant.code }, name)
        // its own story ends with what went wrong, the one of the call that needs it with what that means
        call.ledger.settle(grant.verdict, grant)
      }
      return unavailable(grant, name)
    }
    const held = this.#hold(grant, from)
    if (held === undefined)
      return unavailable(new Failure('server', 'TOKEN_UNAVAILABLE', name, 'what came is no token'), name)
    await this.#stored?.save(call, held.secret.reveal(), grant.expiresIn)
    return held
  }

  /** Undefined when it is nothing that could be sent. */
  #hold({ token, expiresIn }: Grant, from: number): Held | undefined {
    const { dressed, skew } = this.#options
    const value = secret('access_token', token)
    if (!/^[\x21-\x7e]+$/.test(value.reveal()) || !(expiresIn >= 0)) return undefined
    // a token that lives hardly longer than the skew is used for half of its life
    const until = from + expiresIn - Math.min(skew, expiresIn / 2)
    const gifts = { token: value, account: this.account }
    return (this.#held = { secret: value, until, dress: dressed(value), gifts })
  }
}

/** Says no for the call that needs the token, of which nothing was sent. What our own side ended stays as it is. */
function unavailable(failure: Failure, name: string): Failure {
  const { verdict, code, because } = failure
  if (verdict === 'cancelled') return failure
  const again = verdicts[verdict].again
  // to a token endpoint a 401 is about the credential; and what was tried again here, an outer retry would multiply
  const told = verdict === 'token' ? 'auth' : again ? 'refused' : verdict
  const advice = code === 'TOKEN_UNAVAILABLE' ? undefined : codeEntry(code)?.advice
  const said = code === 'TOKEN_UNAVAILABLE' ? because : `no token could be had: ${code}, ${because}`
  const retryAfter = failure.retryAfter ?? (again ? 1000 : undefined)
  return new Failure(told, 'TOKEN_UNAVAILABLE', name, said, { retryAfter, hint: failure.hint ?? advice })
}

const nobody = () => {}
