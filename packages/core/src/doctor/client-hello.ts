import { systemClock } from '../clock.ts'
import type { TlsOptions } from '../wire-options.ts'
import type { NetworkAddress } from './host-names.ts'
import { type TlsProbe, tlsProbe, type TlsTarget } from './tls-probe.ts'

export type HelloTrial = {
  readonly rounds: number
  /** Handshakes that came so far that the server showed something. */
  readonly large: number
  readonly small: number
  /** Bytes that a handshake sends. */
  readonly largeBytes: number | undefined
  readonly smallBytes: number | undefined
}

export const smallGroups = 'X25519:P-256'

const patience = 2500

/** Node's own ClientHello against one that fits into a packet, in turn: what cuts the large one does so now and then. */
export async function clientHello(
  to: NetworkAddress,
  target: TlsTarget,
  tls: TlsOptions,
  signal: AbortSignal,
): Promise<HelloTrial> {
  const started = systemClock.now()
  const large: TlsProbe[] = []
  const small: TlsProbe[] = []
  for (let round = 0; round < 5 && !signal.aborted && systemClock.now() - started < patience; round++) {
    const pair = [tlsProbe(to, target, tls, signal), tlsProbe(to, target, { ...tls, groups: smallGroups }, signal)]
    const [one, other] = await Promise.all(pair)
    large.push(one!)
    small.push(other!)
  }
  return {
    rounds: large.length,
    large: large.filter(isHeard).length,
    small: small.filter(isHeard).length,
    largeBytes: large.find(isHeard)?.bytes?.sent ?? large[0]?.bytes?.sent,
    smallBytes: small.find(isHeard)?.bytes?.sent,
  }
}

const isHeard = ({ code, facts }: TlsProbe): boolean => code === undefined || facts !== undefined
