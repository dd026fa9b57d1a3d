import tls from 'node:tls'
import type { TlsOptions } from '../wire-options.ts'

/** Subjects of the authorities that are trusted: those given, or else Node's own with what the environment adds. */
export function trustedNames({ ca }: TlsOptions): readonly string[] {
  if (ca !== undefined) return subjects([ca].flat().flatMap((pem) => pem.match(blocks) ?? []))
  return (known ??= subjects(tls.getCACertificates('default')))
}

let known: readonly string[] | undefined

const blocks = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g

function subjects(pems: readonly string[]): readonly string[] {
  const { X509Certificate } = process.getBuiltinModule('node:crypto')
  return pems.map((pem) => new X509Certificate(pem).subject.replaceAll('\n', ', '))
}
