import { ConfigError } from '../errors.ts'

/** What both transports ask of their sockets, by the same names. */
export type PoolOptions = {
  /** Sockets an origin may have at a time; calls beyond wait for one. @default 256 */
  readonly connections?: number
  /** Milliseconds an idle socket is kept. A server that says less gets less. @default 4_000 */
  readonly keepAlive?: number
  /** Milliseconds for name, connection and handshake together; 0 for no bound but the call's own. @default 10_000 */
  readonly connectTimeout?: number
  /** Pools kept, one an origin and set of wire options; beyond that the idle one used longest ago goes. @default 1_000 */
  readonly pools?: number
}

/** @throws ConfigError */
export function poolOptions(factory: string, given: PoolOptions): Required<PoolOptions> {
  const { connections = 256, keepAlive = 4_000, connectTimeout = 10_000, pools = 1_000 } = given
  const all = { connections, keepAlive, connectTimeout, pools }
  for (const [name, value] of Object.entries(all)) {
    const least = name === 'connections' || name === 'pools' ? 1 : 0
    if (!Number.isInteger(value) || value < least)
      throw new ConfigError('CONFIG_INVALID', `${factory}({ ${name} }) is a whole number from ${least} on`)
  }
  return all
}

/** The line of `plan()`. */
export const poolAbout = ({ connections }: Required<PoolOptions>): string =>
  connections === 256 ? '' : `${connections} sockets`
