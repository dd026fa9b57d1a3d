/** Publishes without the export condition that leads to the sources: they stay here. */
export const hooks = {
  beforePacking(manifest) {
    for (const entry of Object.values(manifest.exports ?? {})) delete entry.source
    return manifest
  },
}
