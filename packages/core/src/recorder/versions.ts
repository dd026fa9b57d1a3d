import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { ownVersion } from './own-version.ts'

/** What ran, by name. */
export type Versions = Readonly<Record<string, string>>

/**
 * What runs in this process: this package, Node, its OpenSSL, the platform, and the libraries that these transports stand on.
 * Nothing is loaded for it; what is not found, in a bundle say, is left out.
 */
export function versions(transports: readonly string[]): Versions {
  const { version, versions: parts, platform, arch } = process
  const found = ['got', 'undici']
    .filter((name) => transports.includes(name))
    .flatMap((name) => {
      const its = libraryVersion(name)
      return its === undefined ? [] : [[name, its] as const]
    })
  return {
    penstock: ownVersion(),
    node: version,
    ...Object.fromEntries(found),
    openssl: parts.openssl ?? '',
    platform: `${platform} ${arch}`,
  }
}

const looked = new Map<string, string | undefined>()

function libraryVersion(name: string): string | undefined {
  if (!looked.has(name)) looked.set(name, read(name))
  return looked.get(name)
}

/** Not by `name/package.json`: got does not let it be seen. */
function read(name: string): string | undefined {
  try {
    const entry = createRequire(import.meta.url).resolve(name)
    const [folder = ''] = new RegExp(`^.*[\\\\/]node_modules[\\\\/]${name}[\\\\/]`).exec(entry) ?? []
    return JSON.parse(readFileSync(`${folder}package.json`, 'utf8')).version
  } catch {
    return undefined
  }
}
