import type { Verdict } from '../verdict.ts'

type Fault = readonly [code: string, because: string, verdict?: Verdict]

/** What a TLS error means, by Node's code for a certificate and OpenSSL's reason for a handshake. */
export function tlsFault(code: string | undefined, message: string): Fault | undefined {
  const byCode = code === undefined ? undefined : certificates[code]
  if (byCode !== undefined) return byCode
  // Node has no code for these, and hands OpenSSL's words on
  if (code === 'UNSPECIFIED' && /too weak/.test(message)) return weak
  if (code !== 'EPROTO' && code?.startsWith('ERR_SSL_') !== true) return undefined
  const reason = `${code} ${message}`.toLowerCase().replaceAll('_', ' ')
  return reasons.find(([words]) => words.test(reason))?.[1] ?? ['TLS_FAILED', 'the TLS handshake failed']
}

// another try meets the same certificate: these are refusals, ours or the server's
const expired = (what: string): Fault => ['TLS_EXPIRED', `the server's certificate ${what}`, 'refused']
const untrusted: Fault = ['TLS_UNTRUSTED', "no trusted authority has signed the server's certificate", 'refused']

const weak: Fault = ['TLS_WEAK', 'a key or a signature in the certificate chain is too weak', 'refused']

const certificates: Readonly<Record<string, Fault>> = {
  CERT_HAS_EXPIRED: expired('has expired'),
  CERT_NOT_YET_VALID: expired('is not valid yet'),
  DEPTH_ZERO_SELF_SIGNED_CERT: ['TLS_SELF_SIGNED', "the server's certificate is self-signed", 'refused'],
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  CERT_SIGNATURE_FAILURE: untrusted,
  CERT_CHAIN_TOO_LONG: untrusted,
  CERT_UNTRUSTED: untrusted,
  CERT_REJECTED: untrusted,
  CERT_REVOKED: untrusted,
  INVALID_CA: untrusted,
  INVALID_PURPOSE: untrusted,
  PATH_LENGTH_EXCEEDED: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: ['TLS_NAME', "the server's certificate is for another name", 'refused'],
  TLS_PIN: ['TLS_PIN', 'none of the pinned keys is in the certificate chain', 'refused'],
}

const reasons: readonly (readonly [RegExp, Fault])[] = [
  [
    /protocol version|unsupported protocol|no protocols available|version too low/,
    ['TLS_VERSION', 'the two sides share no TLS version', 'refused'],
  ],
  [
    /wrong version number|packet length too long|http request|record overflow/,
    ['TLS_NOT_SPOKEN', 'the port does not speak TLS', 'refused'],
  ],
  [
    /certificate required|bad certificate|did not return a certificate|certificate unknown|unknown ca/,
    ['TLS_CLIENT_CERTIFICATE', 'the server wants a client certificate', 'auth'],
  ],
]
