/** A client to be measured: the body is read whole and parsed by each, and each request has a number of its own. */
export type Subject = (place: Place) => Promise<Calls>

export type Place = {
  readonly origin: string
  /** Without the number that follows: `/json/3?n=` */
  readonly path: string
}

export type Calls = {
  readonly get: (number: number) => Promise<unknown>
  readonly post: (number: number) => Promise<unknown>
}

/** What is posted, by all. */
export const form = `image=${'QUJD'.repeat(30)}&detect_direction=true`
export const formType = 'application/x-www-form-urlencoded'
export const bearer = `tok_${'x'.repeat(60)}`

/** Sockets that each may open. */
export const connections = 256

/** Where hooks, logs and other onlookers leave a trace, so that none is optimised away. */
export const seen = { calls: 0, statuses: 0 }
