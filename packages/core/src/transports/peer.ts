import { createRequire } from 'node:module'
import { ConfigError } from '../errors.ts'

const require = createRequire(import.meta.url)

/**
 * A library that the user installs beside us. Loaded when a factory is called: who does not call it needs no library,
 * and pays for none.
 *
 * @throws ConfigError `MISSING_PEER` with the command that installs it
 */
export function peer(name: string, major: number, factory: string): unknown {
  try {
    return require(name)
  } catch (error) {
    if (!isMissing(error, name)) throw error
    throw new ConfigError('MISSING_PEER', `${factory}() stands on ${name}: npm install ${name}@${major}`)
  }
}

const isMissing = (error: unknown, name: string) =>
  /^(ERR_)?MODULE_NOT_FOUND$/.test(String((error as { code?: unknown }).code)) && String(error).includes(`'${name}'`)
