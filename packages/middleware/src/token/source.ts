import { type Call, type Endpoint, Failure, type Next, type Secret } from '@penstock/core'

/** A token, and for how long it is good. */
export type Grant = {
  readonly token: string | Secret
  /** Milliseconds, from before it was asked for. `Infinity` until it is refused. */
  readonly expiresIn: number
}

export type TokenSourceOptions = {
  /** Gets a token in a way of its own. The call is there for its clock, its waits, and its signal. */
  readonly source: (call: Call) => Promise<Grant | Failure>
  /** Whose tokens they are: tells them apart in a store. @default the layer's name */
  readonly account?: string
}

/** Where tokens come from. */
export type Source = {
  readonly endpoint: Endpoint<any, any>
  readonly input: unknown
  /** Attempts the call may make. */
  readonly attempts: number
  /** Asks for a token by a call of its own. */
  readonly ask: (call: Call, next: Next) => Promise<Grant | Failure>
}

/** A function of the user's. Its signal is aborted when nobody listens to it any more. */
export function givenSource(name: string, source: (call: Call) => Promise<Grant | Failure>): Source {
  return {
    endpoint: { id: `${name}.source`, method: 'POST', path: '/', encoding: 'none', input: anything, output: anything },
    input: {},
    attempts: 1,
    async ask(call) {
      const controller = new AbortController()
      const grant = await call.until(source(call.with({ signal: controller.signal })))
      if (grant instanceof Failure) controller.abort(grant)
      return grant
    },
  }
}

const anything = {
  '~standard': { version: 1, vendor: 'penstock', validate: (value: unknown) => ({ value }) },
} as const
