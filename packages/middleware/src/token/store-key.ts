import { ConfigError, type Secret, secret } from '@penstock/core'
import type { Store } from '../stores/store.ts'

type Options = { readonly store?: Store; readonly storeKey?: string | Secret | false }

/**
 * What tokens are encrypted with; undefined where they lie in clear: in a store for its owner alone, or where the user says
 * so. Whoever has the client secret can get tokens anyway, and all who share a store have it: it makes the best key.
 *
 * @throws ConfigError when others can read the store, and there is nothing to encrypt with
 */
export function storeKeyOf({ store, storeKey }: Options, credential: Secret | undefined): string | undefined {
  if (storeKey === false) return undefined
  if (storeKey !== undefined) return secret('store_key', storeKey).reveal()
  if (store?.exposed !== true) return undefined
  if (credential !== undefined) return credential.reveal()
  const because = `others can read the ${store.name} store: give storeKey, or false to keep tokens there in clear`
  throw new ConfigError('CONFIG_INVALID', `token: ${because}`)
}
