import type { Clock } from '../clock.ts'
import type { Transport } from '../transport.ts'
import type { Bilingual } from '../verdict-table.ts'
import type { WireOptions } from '../wire-options.ts'
import type { PenstockError } from '../errors.ts'
import type { Secret } from '../secret.ts'
import type { CommandLine } from './command-lines.ts'
import type { Finding } from './findings.ts'
import type { HostNames, NetworkAddress } from './host-names.ts'

/** What the checks before this one have learned. */
export type Learned = {
  /** Of the origin's host. */
  readonly addresses?: readonly NetworkAddress[]
  /** Those of them on which somebody listens. */
  readonly open?: readonly NetworkAddress[]
  /** The proxy variable that other programs follow for this origin. */
  readonly proxyVariable?: string
}

/** What a check looks at. */
export type Scene = {
  readonly origin: URL
  readonly env: Readonly<Record<string, string | undefined>>
  /** Of the environment. */
  readonly secrets: readonly Secret[]
  /** What `ps` shows of this process and those that started it. */
  readonly commands: () => readonly CommandLine[]
  readonly cwd: string
  readonly versions: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly names: HostNames
  /** How calls are sent, as the layers of the set-up decide it: the checks go the same way. */
  readonly wire: WireOptions
  /** Whether one of those layers decides about proxies. */
  readonly routed: boolean
  /** Why those layers cannot be used. */
  readonly unusable?: PenstockError
  readonly transport: () => Transport
  readonly learned: Learned
  /** Aborts when the check's time is over: whatever it opened is to be closed then. */
  readonly signal: AbortSignal
}

export type Examined = readonly Finding[] | { readonly findings: readonly Finding[]; readonly learned: Learned }

/** One question to the set-up. What it throws is a bug of its own, and told as such. */
export type Check = {
  /** As users name it: `tls`. */
  readonly id: string
  readonly about: Bilingual
  /** Checks that must not have failed before this one. */
  readonly needs: readonly string[]
  /** Whether it speaks to the network. */
  readonly online: boolean
  readonly run: (scene: Scene) => Examined | Promise<Examined>
}

/** What one check came to. */
export type CheckResult = {
  readonly id: string
  /** The worst of its findings; `crash` when the check itself broke. */
  readonly status: Finding['status'] | 'crash'
  readonly findings: readonly Finding[]
  /** The failed check because of which this one was left out. */
  readonly because?: string
  /** Milliseconds. */
  readonly took: number
}
