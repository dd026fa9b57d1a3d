import { accessSync, constants, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe } from 'vitest'

const listed = readFileSync(join(import.meta.dirname, '../../debian-packages.txt'), 'utf8').split('\n')

/**
 * `describe` for tests that need a Debian package, and its skip where that package is absent, with the reason in the name:
 * `needs('redis-server')('rate limit across processes', () => …)`.
 *
 * @param debianPackage a line of debian-packages.txt, so that CI installs it
 * @param command what the package puts on the PATH; the package's own name unless given
 */
export const needs = (debianPackage: string, command = debianPackage): ((name: string, tests: () => void) => void) => {
  if (!listed.includes(debianPackage)) throw new Error(`${debianPackage} is not in debian-packages.txt`)
  const there = isInstalled(command)
  const reason = there ? '' : ` (needs the Debian package ${debianPackage})`
  return (name, tests) => describe.runIf(there)(name + reason, tests)
}

/** Looks beside PATH in the folders of system commands too, where Debian puts servers. */
export const isInstalled = (command: string): boolean =>
  [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/sbin'].some((folder) =>
    isExecutable(join(folder, command)),
  )

const isExecutable = (file: string): boolean => {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
