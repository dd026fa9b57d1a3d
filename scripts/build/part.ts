import type { Plugin } from 'rolldown'

/** Modules that become one file. */
export type Part = {
  readonly name: string
  readonly roots: readonly string[]
  /** What the roots import, however far, and no part before this one has. */
  readonly members: Set<string>
}

/** Finds the members of each part when all modules are known. */
export const gathering = (parts: readonly Part[]): Plugin => ({
  name: 'gathering',
  buildEnd() {
    const placed = new Set<string>()
    for (const { roots, members } of parts) {
      const walk = (id: string) => {
        if (placed.has(id)) return
        placed.add(id)
        members.add(id)
        for (const imported of this.getModuleInfo(id)?.importedIds ?? []) walk(imported)
      }
      for (const each of roots) walk(each)
    }
  },
})
