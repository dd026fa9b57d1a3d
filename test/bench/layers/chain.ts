/** What sends one call. */
export type Send = (call: object) => Promise<unknown>

/** A stack without layers (0), with all that are measured (8), or with one alone, where they are all alike. */
export type Chain = (layers: 0 | 1 | 8) => Promise<Send>

export const answer = { status: 200, body: 'x' }

/** In the place of a transport: has answered already. */
export const terminal: Send = () => Promise.resolve(answer)
