import { type Clock, systemClock } from '../clock.ts'
import { ConfigError } from '../errors.ts'
import { environmentSecrets } from '../recorder/gate/environment-secrets.ts'
import { maskedData } from '../recorder/gate/masked-data.ts'
import type { Stackable } from '../order.ts'
import type { Transport } from '../transport.ts'
import { secureContext } from '../transports/trust.ts'
import type { TlsOptions } from '../wire-options.ts'
import type { Check, CheckResult, Learned } from './check.ts'
import { type CommandLine, commandLines } from './command-lines.ts'
import { examine } from './examine.ts'
import { findings } from './findings.ts'
import { generalChecks } from './general-checks.ts'
import { type HostNames, hostNames } from './host-names.ts'
import { selected } from './selected.ts'
import { wireOf } from './wire-of.ts'

export type DoctorOptions = {
  /** `https://api.example.com`: any server. A path behind it is what is asked for. */
  readonly origin: string
  /** In their order. @default generalChecks */
  readonly checks?: readonly Check[]
  /** Ids of the checks to run; what they need runs too. @default all */
  readonly only?: readonly string[]
  /** Leave out what speaks to the network. @default false */
  readonly offline?: boolean
  /** Milliseconds for each check. @default 5000 */
  readonly timeout?: number
  /** Told once of a check that still runs after 3 s. @default nobody */
  readonly onSlow?: (id: string) => void
  /** Trust as the program under examination has it: `ca`, `serverName` … */
  readonly tls?: TlsOptions
  /**
   * Makes the layers by which the program under examination decides how calls are sent: `proxy()`, `proxyFromEnv()`,
   * `tls()`, `hosts()`. The checks go the way that they say.
   *
   * @default none: straight to the origin
   */
  readonly layers?: () => readonly Stackable[]
  /** Makes the transport of the checks that send requests. @default got's */
  readonly transport?: () => Transport
  /** @default process.env */
  readonly env?: Readonly<Record<string, string | undefined>>
  /** What `ps` shows of the program and of those that started it. @default this process, and its parents */
  readonly commands?: () => readonly CommandLine[]
  /** Of the project whose packages are looked at. @default process.cwd() */
  readonly cwd?: string
  /** @default process.versions */
  readonly versions?: Readonly<Record<string, string | undefined>>
  /** @default the system's resolver and name servers */
  readonly names?: HostNames
  readonly clock?: Clock
  /** Ends it, with its reason thrown. */
  readonly signal?: AbortSignal
}

const says = findings('doctor', {
  because: ['skip', ['skipped: {check} failed', '已跳过：{check} 未通过']],
  offline: ['skip', ['skipped: offline', '已跳过：离线模式']],
})

/**
 * Looks at what calls to an origin need, from the process to the server's clock: each check with its evidence and a fix,
 * in order, as it ends. What depends on a check that failed is left out. Sends a few requests without a body and no
 * credential; certificates are looked at during handshakes that verify them, and nothing is sent over one that fails.
 *
 * @throws ConfigError when the origin is no http or https URL, `only` names a check that there is not, or `tls` cannot be used
 * @example
 * ```ts
 * import { doctor } from '@penstock/core/doctor'
 *
 * for await (const { id, status, findings } of doctor({ origin: 'https://api.example.com', offline: true }))
 *   console.log(status, id, findings[0]?.en)
 * ```
 */
export async function* doctor(options: DoctorOptions): AsyncGenerator<CheckResult, void, undefined> {
  const { checks = generalChecks, only, offline = false, timeout = 5000, onSlow = () => {}, signal } = options
  // what OpenSSL cannot use is the caller's mistake, not a finding
  if (options.tls !== undefined) secureContext(options.tls)
  const { env = process.env } = options
  const origin = originOf(options.origin)
  const { wire, routed, unusable } = await wireOf(options.layers ?? (() => []), origin)
  const way = wire.proxy !== undefined || unusable !== undefined
  const chosen = selected(way ? checks.map(behindProxy) : checks, only)
  const scene = {
    origin,
    wire: { ...wire, ...((wire.tls ?? options.tls) && { tls: { ...wire.tls, ...options.tls } }) },
    routed,
    ...(unusable && { unusable }),
    env,
    // held, so that what is found shows none of them
    secrets: environmentSecrets(env),
    commands: options.commands ?? commandLines,
    cwd: options.cwd ?? process.cwd(),
    versions: options.versions ?? process.versions,
    clock: options.clock ?? systemClock,
    names: options.names ?? hostNames(),
    transport: options.transport ?? (await import('../transports/got.ts')).gotTransport,
  }
  let learned: Learned = {}
  const lost = new Map<string, string>()
  for (const check of chosen) {
    signal?.throwIfAborted()
    const because = check.needs.map((need) => lost.get(need)).find((one) => one !== undefined)
    if (because !== undefined) {
      lost.set(check.id, because)
      yield { ...left(check, says.because({ check: because })), because }
    } else if (offline && check.online) yield left(check, says.offline())
    else {
      const bounds = { timeout, slow: 3000, onSlow }
      const examined = await examine(check, { ...scene, learned }, bounds, signal)
      learned = { ...learned, ...examined.learned }
      const { status } = examined.result
      if (status === 'fail' || status === 'crash') lost.set(check.id, check.id)
      yield maskedData(examined.result)
    }
  }
}

/** What speaks to the network goes through the proxy, and falls with it. */
const behindProxy = (check: Check): Check =>
  check.online && check.id !== 'proxy' ? { ...check, needs: ['proxy', ...check.needs] } : check

const left = ({ id }: Check, finding: ReturnType<typeof says.offline>): CheckResult => ({
  id,
  status: 'skip',
  findings: [finding],
  took: 0,
})

function originOf(text: string): URL {
  const url = URL.parse(text)
  if (url === null || !/^https?:$/.test(url.protocol))
    throw new ConfigError('CONFIG_INVALID', 'doctor(): origin is no http or https URL')
  // neither is anybody's business
  url.username = url.password = url.hash = ''
  return url
}
