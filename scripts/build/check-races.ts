import type { OutputChunk } from 'rolldown'

/** File names. */
export type Comings = {
  /** Those that are required when a function is called. */
  readonly late: readonly string[]
  /** Entries that are loaded by then, with all they import. */
  readonly loaded: readonly string[]
  /** Entries that nobody loads who has the late ones. */
  readonly plain: readonly string[]
}

/**
 * Node cannot `require` a module that an `import()` somewhere else is just loading: what comes late must need no file that
 * another entry needs too, but those that are loaded by then. @throws Error that names the files
 */
export function checkRaces(chunks: readonly OutputChunk[], { late, loaded, plain }: Comings): void {
  const reached = (files: readonly string[]): Set<string> => {
    const found = new Set(files)
    for (const file of found)
      for (const imported of chunks.find(({ fileName }) => fileName === file)?.imports ?? []) found.add(imported)
    return found
  }
  const lately = reached(late)
  const here = reached(loaded)
  // what a late file itself loads later finds it there
  const inside = new Set(chunks.filter(({ fileName }) => lately.has(fileName)).flatMap((chunk) => chunk.dynamicImports))
  const others = chunks
    .filter(({ isEntry, isDynamicEntry }) => isEntry || isDynamicEntry)
    .map(({ fileName }) => fileName)
    .filter((file) => ![...late, ...loaded, ...plain].includes(file) && !inside.has(file))
  const own = new Set(chunks.map(({ fileName }) => fileName))
  const shared = [...reached(others)].filter((file) => own.has(file) && lately.has(file) && !here.has(file))
  if (shared.length > 0) throw new Error(`may be loading when they are required: ${shared.join(', ')}`)
}
