import { createHash, X509Certificate } from 'node:crypto'
import { generate } from 'selfsigned'

export type Certificate = { readonly cert: string; readonly key: string }

/** A self-signed certificate: who trusts it, gives it as their `ca`. */
export async function certificate(
  names: { readonly ip?: string; readonly name?: string },
  from: Date = daysFromNow(-1),
  to: Date = daysFromNow(30),
): Promise<Certificate> {
  const { cert, private: key } = await generate([{ name: 'commonName', value: names.name ?? 'penstock test' }], {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: from,
    notAfterDate: to,
    extensions: [
      { name: 'basicConstraints', cA: true },
      {
        name: 'subjectAltName',
        altNames: [
          ...(names.ip === undefined ? [] : [{ type: 7 as const, ip: names.ip }]),
          ...(names.name === undefined ? [] : [{ type: 2 as const, value: names.name }]),
        ],
      },
    ],
  })
  return { cert, key }
}

export const daysFromNow = (days: number): Date => new Date(Date.now() + days * 86_400_000)

/** What `pins` compares. */
export const pinOf = (cert: string): string =>
  createHash('sha256')
    .update(new X509Certificate(cert).publicKey.export({ type: 'spki', format: 'der' }))
    .digest('base64')
