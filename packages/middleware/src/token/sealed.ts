import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'

/** What makes bytes unreadable for whoever finds them, and readable again. */
export type Seal = {
  readonly seal: (bytes: Uint8Array) => Uint8Array
  /** @throws when they were sealed with another key or for another place, or are not whole */
  readonly open: (bytes: Uint8Array) => Uint8Array
}

const brand = Buffer.from('penstock sealed 1\n')
const [ivLength, tagLength] = [12, 16]

/**
 * AES-256-GCM by a key that every process with the same credential derives from it (HKDF). Bound to its place: what was
 * sealed for one cannot be put into another.
 */
export function sealedBy(credential: string, place: string): Seal {
  const key = Buffer.from(hkdfSync('sha256', credential, '', `penstock:token:${place}`, 32))
  return {
    seal(bytes) {
      const iv = randomBytes(ivLength)
      const cipher = createCipheriv('aes-256-gcm', key, iv)
      const hidden = Buffer.concat([cipher.update(bytes), cipher.final()])
      return Buffer.concat([brand, iv, cipher.getAuthTag(), hidden])
    },
    open(bytes) {
      const all = Buffer.from(bytes)
      if (!all.subarray(0, brand.length).equals(brand)) throw new Error('not sealed')
      const iv = all.subarray(brand.length, brand.length + ivLength)
      const tag = all.subarray(brand.length + ivLength, brand.length + ivLength + tagLength)
      const decipher = createDecipheriv('aes-256-gcm', key, iv, { authTagLength: tagLength }).setAuthTag(tag)
      const hidden = all.subarray(brand.length + ivLength + tagLength)
      return Buffer.concat([decipher.update(hidden), decipher.final()])
    },
  }
}

export const inClear: Seal = { seal: (bytes) => bytes, open: (bytes) => bytes }
