import { ConfigError } from '@penstock/core'

export type Certificate = { readonly key: string; readonly cert: string }

const missing = 'the emulator makes its certificate with selfsigned, which is not installed: npm install selfsigned'

/** A new certificate for the names of this machine's loopback, its own authority. */
export const certificate = async (): Promise<Certificate> => {
  const { generate } = await import('selfsigned').catch(() => Promise.reject(new ConfigError('MISSING_PEER', missing)))
  const { private: key, cert } = await generate([{ name: 'commonName', value: 'localhost' }], {
    keyType: 'ec',
    extensions: [
      { name: 'basicConstraints', cA: true, critical: true },
      { name: 'keyUsage', digitalSignature: true, keyCertSign: true, critical: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  })
  return { key, cert }
}
