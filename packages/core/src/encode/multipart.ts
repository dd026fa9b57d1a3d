import type { Body, Pieces } from '../body.ts'

export type Part =
  | string
  | number
  | boolean
  | Uint8Array
  | { readonly bytes: Uint8Array; readonly filename?: string; readonly contentType?: string }
  | { readonly open: () => Pieces; readonly length?: number; readonly filename?: string; readonly contentType?: string }
  | undefined

export function multipart(
  parts: Readonly<Record<string, Part>>,
  boundary: string,
): { readonly body: Body; readonly contentType: string } {
  const chunks: Uint8Array[] = []
  for (const [name, part] of Object.entries(parts)) {
    if (part === undefined || (typeof part === 'object' && 'open' in part)) continue
    const file =
      typeof part === 'object' && 'bytes' in part
        ? part
        : { bytes: part instanceof Uint8Array ? part : Buffer.from(String(part)) }
    chunks.push(
      Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; name="${name}"\r\n\r\n`),
      file.bytes,
      Buffer.from('\r\n'),
    )
  }
  chunks.push(Buffer.from(`--${boundary}--\r\n`))
  return {
    body: { kind: 'bytes', bytes: Buffer.concat(chunks) },
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}
