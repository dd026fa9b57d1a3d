import type { Certificate, DetailedPeerCertificate, TLSSocket } from 'node:tls'

/** One certificate of a chain, as it was shown. */
export type CertificateFacts = {
  readonly subject: string
  readonly issuer: string
  /** Names it is good for, as OpenSSL writes them. */
  readonly names: string | undefined
  readonly validFrom: string
  readonly validTo: string
  readonly fingerprint256: string
}

/** What a TLS handshake came to. */
export type TlsFacts = {
  /** `TLSv1.3`; undefined when the handshake did not come so far. */
  readonly protocol: string | undefined
  readonly cipher: string | undefined
  readonly group: string | undefined
  readonly alpn: string | undefined
  readonly serverName: string | undefined
  /** A resumed session shows no certificate. */
  readonly resumed: boolean
  /** The server's own first. */
  readonly chain: readonly CertificateFacts[]
}

/** Undefined for a socket that has shown nothing. */
export function tlsFacts(socket: TLSSocket): TlsFacts | undefined {
  // not by its newer form: once asked in that, Node has no certificate left to check the name by
  const chain = chainOf(socket.getPeerCertificate(true))
  const protocol = socket.getProtocol() ?? undefined
  if (protocol === undefined && chain.length === 0) return undefined
  const { name } = (socket.getEphemeralKeyInfo() ?? {}) as { name?: string }
  return {
    protocol: protocol === 'unknown' ? undefined : protocol,
    cipher: socket.getCipher()?.standardName,
    group: name,
    alpn: socket.alpnProtocol || undefined,
    serverName: typeof socket.servername === 'string' ? socket.servername : undefined,
    resumed: socket.isSessionReused(),
    chain,
  }
}

/** As long as certificates name another for their issuer: a root names itself, and a resumed session shows none. */
function chainOf(leaf: DetailedPeerCertificate): CertificateFacts[] {
  const chain: CertificateFacts[] = []
  let at: DetailedPeerCertificate | undefined = leaf
  while (at?.raw !== undefined && chain.every(({ fingerprint256 }) => fingerprint256 !== at!.fingerprint256)) {
    const { subject, issuer, subjectaltname: names, valid_from, valid_to, fingerprint256 } = at
    chain.push({
      subject: nameOf(subject),
      issuer: nameOf(issuer),
      names,
      validFrom: valid_from,
      validTo: valid_to,
      fingerprint256,
    })
    at = at.issuerCertificate
  }
  return chain
}

/** `CN=a.example, O=Acme`. */
const nameOf = (name: Certificate): string =>
  Object.entries(name)
    .map(([part, value]) => `${part}=${[value].flat().join('+')}`)
    .join(', ')
