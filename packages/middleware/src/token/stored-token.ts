import { type Call, Failure, notes } from '@penstock/core'
import type { Store } from '../stores/store.ts'
import type { Seal } from './sealed.ts'
import type { Grant } from './source.ts'

const says = notes('token', {
  stored: ['uses the token that the {store} store keeps', '使用 {store} 存储中的令牌'],
  store_failed: ['the {store} store fails: goes on without', '{store} 存储出错：忽略'],
  store_silent: ['the {store} store is silent for {wait:ms}: goes on without', '{store} 存储 {wait:ms} 无响应：忽略'],
  others_turn: [
    'another process asks for a token: looks in the {store} store',
    '其他进程正在获取令牌：查询 {store} 存储',
  ],
})

/** Milliseconds a store may take: asking the server takes about as long. */
const patience = 250
/** Milliseconds between two looks at what another process may have got. */
const pause = 50
/** Milliseconds after which another process may ask too: as long as the one that asks is waited for, should it have died. */
const lease = 3000

/** The turn to ask for a token; called when it has been saved, or there is none. */
export type Turn = () => void

export type StoredToken = {
  /** A token that is kept, or the turn to ask for one. A failure when the call ended before either. */
  find(call: Call, refused: string | undefined): Promise<Grant | Turn | Failure>
  save(call: Call, token: string, expiresIn: number): Promise<void>
}

/** There is no store, or it cannot make processes take turns, or it fails: everybody asks for himself. */
export const atOnce: Turn = () => {}

/**
 * A token kept beyond this process, its end by the wall clock. In a store with locks one process asks, and the others look
 * what it got. A store that fails or is silent is a miss, and noted.
 */
export function storedToken(store: Store, key: string, { seal, open }: Seal, name: string): StoredToken {
  async function bounded<Value>(call: Call, work: Promise<Value>): Promise<Value | 'gone'> {
    const bound = { after: patience, layer: name, code: 'CALL_DEADLINE', verdict: 'timeout' } as const
    const value = await call.within(bound).until(
      work.catch(() => {
        call.note(says.store_failed, { store: store.name }, name)
        return 'gone' as const
      }),
    )
    if (!(value instanceof Failure)) return value
    call.note(says.store_silent, { store: store.name, wait: patience }, name)
    return 'gone'
  }

  async function read(call: Call, refused: string | undefined): Promise<Grant | undefined> {
    const bytes = await store.get(key)
    if (bytes === undefined) return undefined
    const { token, expiresAt } = parsed(open(bytes))
    // no good to this process is no good to any
    if (token === refused) {
      await store.delete(key)
      return undefined
    }
    const expiresIn = (expiresAt ?? Infinity) - call.clock.date()
    return expiresIn > 0 ? { token, expiresIn } : undefined
  }

  async function locked(): Promise<Turn | undefined> {
    if (store.lock === undefined) return atOnce
    const release = await store.lock(key, { lease })
    // one that is not given back ends by itself
    return release && (() => void release().catch(() => {}))
  }

  return {
    async find(call, refused) {
      let turn: Turn | undefined
      for (let looks = 0; ; looks++) {
        const found = await bounded(call, read(call, refused))
        if (found === 'gone') return turn ?? atOnce
        if (found !== undefined) {
          turn?.()
          call.note(says.stored, { store: store.name }, name)
          return found
        }
        if (turn !== undefined) return turn
        const lock = await bounded(call, locked())
        if (lock === 'gone' || lock === atOnce) return atOnce
        turn = lock
        // whoever had the lock may have saved his token since: one look more
        if (turn !== undefined) continue
        if (looks === 0) call.note(says.others_turn, { store: store.name }, name)
        const cut = await call.wait(pause)
        if (cut !== undefined) return cut
      }
    },
    async save(call, token, expiresIn) {
      // JSON has no Infinity: null is for ever
      const bytes = Buffer.from(JSON.stringify({ token, expiresAt: call.clock.date() + expiresIn }))
      await bounded(call, store.set(key, seal(bytes), { ttl: expiresIn }))
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
