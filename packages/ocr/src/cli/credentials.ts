import { readFile, stat } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { ConfigError, Secret } from '@penstock/core'
import type { BaiduCredentials } from '../baidu.ts'
import type { Words } from './words.ts'

const names = { apiKey: 'BAIDU_API_KEY', secretKey: 'BAIDU_SECRET_KEY' } as const

/**
 * From the environment, else from `$XDG_CONFIG_HOME/penstock/config.json`; undefined where neither has any.
 *
 * @throws ConfigError when there is one key of the two, or the file cannot be used
 */
export async function credentials(env: NodeJS.ProcessEnv, say: Words): Promise<BaiduCredentials | undefined> {
  const found = pair(env[names.apiKey], env[names.secretKey], names, say)
  return found ?? fromFile(join(env['XDG_CONFIG_HOME'] || join(homedir(), '.config'), 'penstock', 'config.json'), say)
}

async function fromFile(file: string, say: Words): Promise<BaiduCredentials | undefined> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return undefined
    throw new ConfigError('CONFIG_INVALID', say('configBroken', { file }))
  })
  if (text === undefined) return undefined
  if (process.platform !== 'win32' && ((await stat(file)).mode & 0o077) !== 0)
    throw new ConfigError('CONFIG_INVALID', say('configOpen', { file }))
  const keys = keysOf(text)
  if (keys === undefined) throw new ConfigError('CONFIG_INVALID', say('configBroken', { file }))
  const { apiKey, secretKey } = keys
  return pair(apiKey, secretKey, { apiKey: 'apiKey', secretKey: 'secretKey' }, say)
}

/** None where the file says nothing of this vendor; undefined where it cannot be read as what it should be. */
function keysOf(text: string): { readonly apiKey?: string; readonly secretKey?: string } | undefined {
  try {
    const { baidu = {} } = JSON.parse(text)
    const { apiKey, secretKey } = baidu
    return isText(apiKey) && isText(secretKey) ? baidu : undefined
  } catch {
    return undefined
  }
}

const isText = (value: unknown) => value === undefined || typeof value === 'string'

function pair(
  apiKey: string | undefined,
  secretKey: string | undefined,
  name: { apiKey: string; secretKey: string },
  say: Words,
) {
  if (!apiKey && !secretKey) return undefined
  if (!apiKey) throw new ConfigError('CONFIG_INVALID', say('half', { have: name.secretKey, lack: name.apiKey }))
  if (!secretKey) throw new ConfigError('CONFIG_INVALID', say('half', { have: name.apiKey, lack: name.secretKey }))
  return { apiKey: new Secret('api_key', apiKey), secretKey: new Secret('secret_key', secretKey) }
}
