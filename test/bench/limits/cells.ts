import { limitedServers, type ServerKind } from '../../support/limited-servers.ts'

export type Cell = {
  readonly limit: number
  readonly kind: ServerKind
  readonly slow: boolean
}

/** The 24 cells that rateLimit is held to. */
export const cells: readonly Cell[] = [2, 5, 10, 20].flatMap((limit) =>
  (Object.keys(limitedServers) as ServerKind[]).flatMap((kind) => [false, true].map((slow) => ({ limit, kind, slow }))),
)

/** What a server has counted for a cell. */
export type Count = {
  readonly used: number
  readonly sent: number
  readonly refused: number
  readonly accepted: number
}

/** What the processes of a check tell each other. */
export type Message =
  | { readonly port: number }
  | { readonly counts: readonly Count[]; readonly late: number }
  | { readonly done: ClientReport }

export type ClientReport = {
  /** Calls that failed in another way than by the limit, by code. */
  readonly lost: Readonly<Record<string, number>>
  readonly unhandled: readonly string[]
  /** The longest that this process was late for a timer, in milliseconds. */
  readonly late: number
}
