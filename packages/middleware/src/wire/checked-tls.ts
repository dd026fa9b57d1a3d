import { createSecureContext } from 'node:tls'
import { ConfigError, Secret, type TlsOptions } from '@penstock/core'

/** The options that are given, each as it can work: what is wrong shows now, and not with the first call. @throws ConfigError */
export function checkedTls(name: string, given: TlsOptions): TlsOptions {
  const wrong = (sentence: string) => new ConfigError('CONFIG_INVALID', `${name}(): ${sentence}`)
  for (const option of ['rejectUnauthorized', 'checkServerIdentity', 'secureContext', 'requestCert'])
    if (option in given)
      throw wrong(`${option} is no option: verification stays on; trust a private server by ca or pins`)

  const options: TlsOptions = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
  const { minVersion, maxVersion, ca, cert, key, pins } = options
  for (const [option, version] of Object.entries({ minVersion, maxVersion }))
    if (version !== undefined && version !== 'TLSv1.2' && version !== 'TLSv1.3')
      throw wrong(`${option} must be TLSv1.2 or TLSv1.3`)
  if (minVersion === 'TLSv1.3' && maxVersion === 'TLSv1.2') throw wrong('minVersion is above maxVersion')

  if (pins?.length === 0) throw wrong('pins is empty, and would match nothing: leave it out or give one')
  for (const pin of pins ?? []) if (!isPin(pin)) throw wrong('each of pins must be a SHA-256 in base64')
  if (typeof ca === 'object' && ca.length === 0)
    throw wrong('ca is empty, and would trust nobody: leave it out or give one')
  for (const [option, texts] of Object.entries({ ca: ca ?? [], cert: cert ?? [] }))
    if (![texts].flat().every(isPem)) throw wrong(`${option} must be certificates in PEM`)
  if ((cert === undefined) !== (key === undefined)) throw wrong('cert and key go together: give both')

  const refusal = opensslRefuses(options)
  if (refusal !== undefined) throw wrong(`OpenSSL cannot use cert, key, passphrase, ciphers or groups: ${refusal}`)
  return options
}

/** As it is compared: base64 that decodes alike may be written differently, and would match nothing. */
function isPin(pin: string): boolean {
  const bytes = Buffer.from(pin, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === pin
}

/** Each one is read: of a bundle OpenSSL passes over in silence what it cannot read. */
function isPem(text: string): boolean {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  const begin = '-----BEGIN CERTIFICATE-----'
  const [, ...blocks] = text.split(begin)
  try {
    return blocks.map((block) => new X509Certificate(begin + block)).length > 0
  } catch {
    return false
  }
}

/** Its code alone: its message may quote what it was given. */
function opensslRefuses({ cert, key, passphrase, ciphers, groups }: TlsOptions): string | undefined {
  const options = {
    cert,
    key: key instanceof Secret ? key.reveal() : key,
    passphrase: passphrase?.reveal(),
    ciphers,
    ecdhCurve: groups,
  }
  // Node's TLS takes 30 ms to load: not for nothing
  if (Object.values(options).every((value) => value === undefined)) return undefined
  try {
    // with no authorities: to load the system's takes time, and nothing is verified here
    createSecureContext({ ca: [], ...options })
  } catch (error) {
    return String((error as { code?: unknown }).code)
  }
  return undefined
}
