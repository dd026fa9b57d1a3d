import type { ImageLimits } from '../descriptor.ts'
import type { EmulatorClock } from './clock.ts'
import type { QpsWindow } from './qps.ts'

export type EmulatorOptions = {
  /** @default 0, which takes any free one */
  readonly port?: number
  /** The address to listen on. @default '127.0.0.1' */
  readonly host?: string
  /** Speaks TLS with a certificate of its own, see `Emulator.ca`. Needs the package `selfsigned`. @default false */
  readonly https?: boolean
  /** @default a new one */
  readonly apiKey?: string
  /** @default a new one */
  readonly secretKey?: string
  /** Requests a second for each API key and endpoint, beyond which code 18 is the answer. @default none */
  readonly qps?: number
  /** How that second is counted: the last 1000 ms, the clock's second, or a bucket that refills evenly. @default 'sliding' */
  readonly window?: QpsWindow
  /** Requests a day, to midnight in Shanghai, for each API key and endpoint; beyond it code 17. @default none */
  readonly daily?: number
  /** Milliseconds until an access token expires. @default 2592000000, 30 days */
  readonly tokenLife?: number
  /** Sends API errors with 4xx and 5xx, as one article says, instead of the real service's 200. @default false */
  readonly strictHttpStatus?: boolean
  /** Milliseconds that every recognition takes at least. @default 0 */
  readonly latency?: number
  /** What is allowed of a picture, for every endpoint. @default the most generous limits of each endpoint's descriptor */
  readonly limits?: Partial<ImageLimits>
  /** Makes keys, tokens and log ids the same in every run. @default a random one */
  readonly seed?: number | string
  /** For tests that do not wait. @default the machine's time */
  readonly clock?: EmulatorClock
}
