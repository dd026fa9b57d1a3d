import type { Scene } from './check.ts'

/** Who is connected to first: the proxy, where calls go through one. */
export const firstHop = ({ origin, wire: { proxy } }: Scene): URL =>
  proxy === undefined ? origin : new URL(proxy.origin)
