import { type Call, Failure, notes } from '@penstock/core'
import type { Store } from '../stores/store.ts'
import type { Grant } from './source.ts'

const says = notes('token', {
  stored: ['uses the token that the {store} store keeps', '使用 {store} 存储中的令牌'],
  store_failed: ['the {store} store fails: goes on without', '{store} 存储出错：忽略'],
  store_silent: ['the {store} store is silent for {wait:ms}: goes on without', '{store} 存储 {wait:ms} 无响应：忽略'],
})

/** Milliseconds a store may take: asking the server takes about as long. */
const patience = 250

/** A token kept beyond this process, its end by the wall clock. A store that fails or is silent is a miss, and noted. */
export function storedToken(store: Store, key: string, name: string) {
  async function bounded<Value>(call: Call, work: Promise<Value>): Promise<Value | undefined> {
    const bound = { after: patience, layer: name, code: 'CALL_DEADLINE', verdict: 'timeout' } as const
    const value = await call.within(bound).until(
      work.catch(() => {
        call.note(says.store_failed, { store: store.name }, name)
        return undefined
      }),
    )
    if (!(value instanceof Failure)) return value
    call.note(says.store_silent, { store: store.name, wait: patience }, name)
    return undefined
  }

  return {
    /** @param refused a token that is known to be no good */
    async load(call: Call, refused: string | undefined): Promise<Grant | undefined> {
      const read = store.get(key).then((bytes) => (bytes === undefined ? undefined : parsed(bytes)))
      const found = await bounded(call, read)
      if (found === undefined || found.token === refused) return undefined
      const expiresIn = (found.expiresAt ?? Infinity) - call.clock.date()
      if (expiresIn <= 0) return undefined
      call.note(says.stored, { store: store.name }, name)
      return { token: found.token, expiresIn }
    },
    async save(call: Call, token: string, expiresIn: number): Promise<void> {
      // JSON has no Infinity: null is for ever
      const bytes = Buffer.from(JSON.stringify({ token, expiresAt: call.clock.date() + expiresIn }))
      await bounded(call, store.set(key, bytes, { ttl: expiresIn }))
    },
  }
}

type Stored = { readonly token: string; readonly expiresAt: number | null }

/** @throws when it is something else */
function parsed(bytes: Uint8Array): Stored {
  const stored = JSON.parse(Buffer.from(bytes).toString()) as Stored
  if (typeof stored.token !== 'string' || typeof (stored.expiresAt ?? 0) !== 'number')
    throw new TypeError('not a token')
  return stored
}
