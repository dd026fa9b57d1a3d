import dns from 'node:dns/promises'
import net from 'node:net'
import { type Addresses, type Call, type Clock, ConfigError, duration, Failure } from '@penstock/core'

/** What is known of a name. */
export type Resolution = {
  readonly addresses: readonly string[]
  /** Milliseconds it is good for. @default `maxTtl` */
  readonly ttl?: number
}

export type ResolverOptions = {
  /** Rejects with the codes of `node:dns`. @default the system's resolver, hosts file included, which tells no ttl */
  readonly resolve?: (host: string) => Promise<Resolution>
  /** Milliseconds an answer is kept at most. @default 30_000 */
  readonly maxTtl?: number
  /** Milliseconds an answer is kept at least. @default 1_000 */
  readonly minTtl?: number
  /** Milliseconds a failure is kept. @default 1_000 */
  readonly negativeTtl?: number
  /** Milliseconds an answer is kept to after its time, while DNS fails. @default 300_000 */
  readonly stale?: number
  /** Names kept; beyond that the one asked longest ago goes. @default 1_000 */
  readonly entries?: number
}

type Entry = {
  addresses: readonly string[]
  /** What came of asking last, when nothing did. */
  failure: Failure | undefined
  freshUntil: number
  goodUntil: number
  flight: Promise<Failure | undefined> | undefined
}

/** What DNS said, kept for a while: one question at a time for each name. */
export class Resolver implements Addresses {
  readonly key: string
  readonly #name: string
  readonly #options: Required<ResolverOptions>
  readonly #entries = new Map<string, Entry>()

  constructor(name: string, given: ResolverOptions) {
    const {
      resolve = bySystem,
      maxTtl = 30_000,
      minTtl = 1_000,
      negativeTtl = 1_000,
      stale = 300_000,
      entries = 1_000,
    } = given
    const numbers = { maxTtl, minTtl, negativeTtl, stale, entries }
    for (const [option, value] of Object.entries(numbers))
      if (!Number.isFinite(value) || value < (option === 'entries' ? 1 : 0))
        throw new ConfigError(
          'CONFIG_INVALID',
          `${name}({ cache: { ${option} } }) is a number from zero up, and finite`,
        )
    this.key = `${name} ${++count}`
    this.#name = name
    this.#options = { resolve, ...numbers }
  }

  get about(): string {
    return `≤ ${duration(this.#options.maxTtl)}`
  }

  /** Asked by the transport, for a new connection. */
  of = (host: string): readonly string[] => this.#entries.get(host)?.addresses ?? []

  /** True while what it holds is good; the failure while that is; undefined when it is to be asked. */
  known({ clock }: Call, host: string): true | Failure | undefined {
    const entry = this.#entries.get(host)
    if (entry === undefined || clock.now() >= entry.freshUntil) return undefined
    return this.#isGood(entry, clock) ? true : entry.failure
  }

  /** Whether it has addresses that may be used, fresh or stale. */
  holds({ clock }: Call, host: string): boolean {
    const entry = this.#entries.get(host)
    return entry !== undefined && this.#isGood(entry, clock)
  }

  #isGood({ addresses, goodUntil }: Entry, clock: Clock): boolean {
    return addresses.length > 0 && clock.now() < goodUntil
  }

  /** Nothing, once it holds an answer; or why it has none. What is thrown is a bug of `resolve`. */
  ask({ clock }: Call, host: string): Promise<Failure | undefined> {
    const entry = this.#entryOf(host)
    return (entry.flight ??= this.#ask(host, entry, clock).finally(() => (entry.flight = undefined)))
  }

  #entryOf(host: string): Entry {
    const found = this.#entries.get(host)
    const entry = found ?? {
      addresses: [],
      failure: undefined,
      freshUntil: -Infinity,
      goodUntil: -Infinity,
      flight: undefined,
    }
    this.#entries.delete(host)
    if (this.#entries.size >= this.#options.entries) this.#entries.delete(this.#entries.keys().next().value!)
    this.#entries.set(host, entry)
    return entry
  }

  async #ask(host: string, entry: Entry, clock: Clock): Promise<Failure | undefined> {
    const { resolve, maxTtl, minTtl, negativeTtl, stale } = this.#options
    const said = await resolve(host).catch(codeOf)
    const now = clock.now()
    if (typeof said === 'string' || said.addresses.length === 0) {
      entry.freshUntil = now + negativeTtl
      return (entry.failure = this.#failure(typeof said === 'string' ? said : 'ENODATA'))
    }
    const { addresses, ttl = maxTtl } = said
    if (!addresses.every((one) => net.isIP(one) !== 0))
      throw new ConfigError('CONFIG_INVALID', `${this.#name}({ cache }): resolve() gave what is no IP address`)
    entry.addresses = addresses
    entry.failure = undefined
    entry.freshUntil = now + Math.min(maxTtl, Math.max(minTtl, ttl))
    entry.goodUntil = entry.freshUntil + stale
    return undefined
  }

  #failure(code: string): Failure {
    const facts = { phase: 'dns', sent: 'none' } as const
    return absent.has(code)
      ? new Failure('network', 'DNS_NOT_FOUND', this.#name, 'the name has no address', facts)
      : new Failure('network', 'DNS_TIMEOUT', this.#name, `the name could not be looked up: ${code}`, facts)
  }
}

const absent = new Set(['ENOTFOUND', 'ENODATA', 'EAI_NODATA', 'EAI_NONAME'])

/** The code of an error of DNS. Any other is a bug, and thrown on. */
function codeOf(error: Error & { readonly code?: unknown }): string {
  if (typeof error.code !== 'string' || !/^E(?!RR_)[A-Z_]+$/.test(error.code)) throw error
  return error.code
}

const bySystem = async (host: string): Promise<Resolution> => {
  const found = await dns.lookup(host, { all: true, order: 'verbatim' })
  return { addresses: found.map(({ address }) => address) }
}

let count = 0
