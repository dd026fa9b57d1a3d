import { createRequire } from './late-http2.ts'
import { peer } from './peer.ts'

type Parts = Pick<typeof import('undici'), 'Client' | 'Pool'>

/**
 * undici's clients, and its pools for who asks for them, without the rest of it: half of the time that its front door takes.
 * Its files have had these names since 2021; should they be elsewhere, the front door is asked.
 *
 * @throws ConfigError `MISSING_PEER` when undici is not installed
 */
export function undiciParts(factory: string): Parts {
  const part = <Name extends keyof Parts>(name: Name): Parts[Name] => {
    try {
      return require(`undici/lib/dispatcher/${name.toLowerCase()}.js`) as Parts[Name]
    } catch (error) {
      if (!missing.has((error as { code?: unknown }).code)) throw error
      return (peer('undici', 8, factory) as Parts)[name]
    }
  }
  return {
    Client: part('Client'),
    get Pool() {
      return part('Pool')
    },
  }
}

const require = createRequire(import.meta.url)

const missing = new Set<unknown>(['MODULE_NOT_FOUND', 'ERR_MODULE_NOT_FOUND', 'ERR_PACKAGE_PATH_NOT_EXPORTED'])
