import { readFileSync, statSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'

export type Env = Readonly<Record<string, string | undefined>>

/** A key as it was found, with what is wrong with it. */
export type FoundKey = { readonly value: string; readonly from: 'environment' | 'file' }

export type ConfigFile = {
  readonly path: string
  readonly state: 'missing' | 'unreadable' | 'not-json' | 'read'
  /** Whether others than its owner may read it. */
  readonly exposed: boolean
  /** Keys that nothing reads, dotted. */
  readonly unknown: readonly string[]
  readonly apiKey: string | undefined
  readonly secretKey: string | undefined
}

export const configPath = (env: Env): string =>
  join(env['XDG_CONFIG_HOME'] || join(env['HOME'] || homedir(), '.config'), 'penstock', 'config.json')

/** The config file, whatever state it is in. */
export function configFile(env: Env): ConfigFile {
  const path = configPath(env)
  const none = { path, exposed: false, unknown: [], apiKey: undefined, secretKey: undefined }
  try {
    const exposed = process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0
    const content = parsed(readFileSync(path, 'utf8'))
    if (content === undefined) return { ...none, state: 'not-json', exposed }
    const { baidu, ...others } = content
    const own = isRecord(baidu) ? baidu : {}
    const text = (name: string) => (typeof own[name] === 'string' ? own[name] : undefined)
    return {
      path,
      state: 'read',
      exposed,
      unknown: [
        ...Object.keys(others),
        ...Object.keys(own)
          .filter((name) => !known.includes(name))
          .map((name) => `baidu.${name}`),
      ],
      apiKey: text('apiKey'),
      secretKey: text('secretKey'),
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    return { ...none, state: code === 'ENOENT' || code === 'ENOTDIR' ? 'missing' : 'unreadable' }
  }
}

export const known: readonly string[] = ['apiKey', 'secretKey']

/** The two keys, each from the environment first. */
export function foundKeys(env: Env): {
  readonly apiKey: FoundKey | undefined
  readonly secretKey: FoundKey | undefined
} {
  const fromEnv = { apiKey: env['BAIDU_API_KEY'], secretKey: env['BAIDU_SECRET_KEY'] }
  // as the command reads them: the file only where the environment has neither
  const inEnv = Boolean(fromEnv.apiKey || fromEnv.secretKey)
  const { apiKey, secretKey } = inEnv ? fromEnv : configFile(env)
  const from = inEnv ? ('environment' as const) : ('file' as const)
  return {
    apiKey: apiKey ? { value: apiKey, from } : undefined,
    secretKey: secretKey ? { value: secretKey, from } : undefined,
  }
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isRecord(value) ? value : undefined
  } catch {
    return undefined
  }
}
