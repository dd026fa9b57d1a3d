import { createHash } from 'node:crypto'
import type { Call } from '@penstock/core'
import { callKey } from '../recall/call-key.ts'

type Naming = {
  readonly store?: unknown
  readonly dir?: string | undefined
  readonly partition?: string | undefined
  readonly key?: ((call: Call) => string | undefined) | undefined
}

/**
 * What an answer is kept as: a digest, since it becomes the name of a file, and since what is sent may be secret.
 * Undefined for a call that passes untouched.
 */
export function naming(
  { store, dir, partition, key }: Naming,
  digest: 'sha256' | 'md5',
): (call: Call) => string | undefined {
  const mayBeShared = store !== undefined || dir !== undefined
  const digested = (...texts: string[]) => createHash(digest).update(JSON.stringify(texts)).digest('hex')
  return (call) => {
    if (mayBeShared && call.endpoint === undefined && partition === undefined && key === undefined) return undefined
    const own = key === undefined ? callKey(call, digest) : key(call)
    if (own === undefined) return undefined
    if (partition !== undefined) return digested(partition, own)
    return key === undefined ? own : digested(own)
  }
}
