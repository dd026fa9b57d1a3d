import { createRequire } from 'node:module'
import { peer } from './peer.ts'

type Undici = typeof import('undici')

/**
 * undici's clients and pools without the rest of it, a third of the time that its front door takes. Its files have had these
 * names since 2021; should they be elsewhere, the front door is asked.
 *
 * @throws ConfigError `MISSING_PEER` when undici is not installed
 */
export function undiciParts(factory: string): Pick<Undici, 'Client' | 'Pool'> {
  const require = createRequire(import.meta.url)
  try {
    return {
      Client: require('undici/lib/dispatcher/client.js') as Undici['Client'],
      Pool: require('undici/lib/dispatcher/pool.js') as Undici['Pool'],
    }
  } catch (error) {
    if (!missing.has((error as { code?: unknown }).code)) throw error
    return peer('undici', 8, factory) as Undici
  }
}

const missing = new Set<unknown>(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])
