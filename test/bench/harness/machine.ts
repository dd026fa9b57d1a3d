import { cpus, totalmem } from 'node:os'

/** Where it was measured, in one line. */
export function machine(): string {
  const processors = cpus()
  const model = processors[0]?.model.replaceAll(/\s+/g, ' ').trim() ?? 'unknown'
  const memory = Math.round(totalmem() / 2 ** 30)
  return `Node ${process.versions.node}, ${process.platform} ${process.arch}, ${processors.length} × ${model}, ${memory} GB`
}
