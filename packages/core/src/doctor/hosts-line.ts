import { readFile } from 'node:fs/promises'

/** The line of a hosts file that names a host; undefined where none does, and where it cannot be read. */
export async function hostsLine(
  file: string,
  host: string,
): Promise<{ readonly line: number; readonly address: string } | undefined> {
  const text = await readFile(file, 'utf8').catch(() => '')
  for (const [index, line] of text.split('\n').entries()) {
    const [address, ...names] = line.replace(/#.*/, '').trim().split(/\s+/)
    if (address && names.some((name) => name.toLowerCase() === host)) return { line: index + 1, address }
  }
  return undefined
}
