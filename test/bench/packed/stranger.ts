import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const ours = ['core', 'middleware', 'ocr'] as const

/** The three packages as they are published: built and packed into a folder that is gone in the end. */
export class Stranger implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), 'penstock-packed-'))
  readonly tarballs: Readonly<Record<(typeof ours)[number], string>>

  constructor() {
    const packed = ours.map((name) => {
      const tarball = join(this.folder, `${name}.tgz`)
      run('pnpm', ['pack', '--out', tarball], join(root, 'packages', name))
      return [name, tarball] as const
    })
    this.tarballs = Object.fromEntries(packed) as typeof this.tarballs
  }

  /** A project with ours unpacked, and the peers that this one has installed beside them. */
  unpacked(): string {
    const project = this.project('unpacked')
    const modules = join(project, 'node_modules')
    for (const name of ours) {
      const place = join(modules, '@penstock', name)
      mkdirSync(place, { recursive: true })
      run('tar', ['-xzf', this.tarballs[name], '-C', place, '--strip-components=1'], project)
    }
    const owners = [join(import.meta.dirname, '..'), ...ours.map((name) => join(root, 'packages', name))]
    const known = new Set(ours.map((name) => `@penstock/${name}`))
    for (const owner of owners) {
      const installed = join(owner, 'node_modules')
      for (const name of packagesIn(installed)) {
        if (known.has(name)) continue
        known.add(name)
        mkdirSync(dirname(join(modules, name)), { recursive: true })
        symlinkSync(join(installed, name), join(modules, name), 'dir')
      }
    }
    return project
  }

  /** An empty one. */
  project(name: string): string {
    const project = join(this.folder, name)
    mkdirSync(project)
    writeFileSync(join(project, 'package.json'), '{ "private": true, "type": "module" }')
    return project
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true })
  }
}

/** Names in a node_modules folder, with their scopes. */
export function packagesIn(modules: string): string[] {
  return readdirSync(modules)
    .filter((name) => !name.startsWith('.'))
    .flatMap((name) =>
      name.startsWith('@') ? readdirSync(join(modules, name)).map((own) => `${name}/${own}`) : [name],
    )
}

/** What it printed. @throws Error with it when it fails */
export function run(command: string, args: readonly string[], cwd: string, env = process.env): string {
  const path = `${join(root, 'node_modules/.bin')}:${env['PATH']}`
  const { status, stdout, stderr, error } = spawnSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...env, PATH: path },
    maxBuffer: 2 ** 26,
  })
  if (status !== 0) throw new Error(`${command} ${args.join(' ')}: ${error?.message ?? stdout + stderr}`)
  return stdout
}
