import { basename } from 'node:path'
import type { Plugin, PluginContext } from 'rolldown'

/** Modules that become one file. */
export type Part = {
  readonly name: string
  readonly roots: readonly string[]
  /** What the roots import, however far, and no part before this one has. */
  readonly members: Set<string>
}

/**
 * Finds the members of each part when all modules are known.
 *
 * @param late modules that come late: what they share with other entries is the first part's, and so comes early
 */
export const gathering = (parts: readonly Part[], late: readonly string[]): Plugin => ({
  name: 'gathering',
  buildEnd() {
    const placed = new Set<string>()
    for (const [index, { roots, members }] of parts.entries()) {
      const shared = index === 0 ? late.flatMap((each) => sharedWith(this, each, roots)) : []
      for (const id of reached(this, [...roots, ...shared])) {
        // an index stays by itself: it hands on what comes late, which may need the rest of its part at once
        if (placed.has(id) || basename(id) === 'index.ts') continue
        placed.add(id)
        members.add(id)
      }
    }
  },
})

function sharedWith(context: PluginContext, late: string, roots: readonly string[]): string[] {
  const entries = [...context.getModuleIds()].filter((id) => context.getModuleInfo(id)?.isEntry)
  const others = reached(
    context,
    entries.filter((id) => id !== late && !roots.includes(id)),
  )
  return [...reached(context, [late])].filter((id) => others.has(id))
}

function reached(context: PluginContext, roots: readonly string[]): Set<string> {
  const found = new Set(roots)
  for (const id of found) for (const imported of context.getModuleInfo(id)?.importedIds ?? []) found.add(imported)
  return found
}
