import { createHash, X509Certificate } from 'node:crypto'
import tls from 'node:tls'
import { ConfigError } from '../errors.ts'
import { Secret } from '../secret.ts'
import type { TlsOptions } from '../wire-options.ts'

/** @throws ConfigError when OpenSSL cannot use the options */
export function secureContext(options: TlsOptions = {}): tls.SecureContext {
  const { minVersion = 'TLSv1.2', maxVersion, ca, cert, key, passphrase, ciphers, groups } = options
  const given = {
    maxVersion,
    ca: typeof ca === 'object' ? [...ca] : ca,
    cert,
    key: key instanceof Secret ? key.reveal() : key,
    passphrase: passphrase?.reveal(),
    ciphers,
    ecdhCurve: groups,
  }
  const known = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  try {
    return tls.createSecureContext({ minVersion, ...known })
  } catch (error) {
    // OpenSSL's code names what it is about; its message may quote what it was given
    const { code = 'no code' } = error as { code?: string }
    throw new ConfigError(
      'CONFIG_INVALID',
      `The TLS options cannot be used: ${code}; look at ca, cert, key and ciphers`,
    )
  }
}

/** Called on full handshakes alone: a resumed session was trusted when it was made, under the same pins. */
export function checkIdentity({ pins }: TlsOptions = {}): typeof tls.checkServerIdentity {
  if (pins === undefined) return tls.checkServerIdentity
  return (host, certificate) =>
    tls.checkServerIdentity(host, certificate) ??
    (chain(certificate).some((spki) => pins.includes(spki)) ? undefined : new PinMismatch('No pinned key'))
}

/** SHA-256 of the public keys from the server's own certificate up. */
function chain(leaf: tls.PeerCertificate): string[] {
  const keys: string[] = []
  const seen = new Set<tls.DetailedPeerCertificate>()
  for (let at = leaf as tls.DetailedPeerCertificate | undefined; at?.raw && !seen.has(at); at = at.issuerCertificate) {
    seen.add(at)
    const spki = new X509Certificate(at.raw).publicKey.export({ type: 'spki', format: 'der' })
    keys.push(createHash('sha256').update(spki).digest('base64'))
  }
  return keys
}

class PinMismatch extends Error {
  readonly code = 'TLS_PIN'
}
