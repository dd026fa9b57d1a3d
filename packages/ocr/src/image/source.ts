import { createReadStream } from 'node:fs'
import { readFile, stat } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { collect } from './collect.ts'
import type { Refusal } from './refusal.ts'
import { directory, nameOf, tooLarge, unknownSource, unreadable } from './unreadable.ts'

/** Where an image may come from: bytes, a path, a `file:` or `http(s):` url, or a stream of bytes. */
export type ImageSource = Uint8Array | ArrayBuffer | string | URL | AsyncIterable<Uint8Array>

export type Source =
  | { readonly failed: false; readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly name?: string }
  /** Not read here: the vendor fetches it. */
  | { readonly failed: false; readonly kind: 'url'; readonly url: string }

export type SourceOptions = {
  /** Most bytes that are read from a file or stream. @default 64 MiB */
  readonly cap?: number
  /** Ends the reading at once, with its reason thrown. */
  readonly signal?: AbortSignal | undefined
}

/**
 * Reads an image, once. A stream is used up by it, whatever comes of it; bytes are handed on without a copy. What cannot
 * be read is a {@link Refusal}; only `signal.reason` is thrown.
 */
export const readSource = async (
  image: ImageSource,
  { cap = 64 * 1024 ** 2, signal }: SourceOptions = {},
): Promise<Source | Refusal> => {
  signal?.throwIfAborted()
  if (image instanceof Uint8Array) return whole(image)
  if (image instanceof ArrayBuffer) return whole(new Uint8Array(image))
  if (image instanceof URL) return address(image, cap, signal)
  if (typeof image === 'string')
    return /^(https?|file|data):/i.test(image) ? text(image, cap, signal) : file(image, cap, signal)
  if (typeof image === 'object' && image !== null && Symbol.asyncIterator in image) {
    const bytes = await collect(image, cap, signal)
    return bytes instanceof Uint8Array ? whole(bytes) : bytes
  }
  return unknownSource(`${typeof image} is no image`, `${typeof image} 不是图片`)
}

const whole = (bytes: Uint8Array, name?: string): Source => ({
  failed: false,
  kind: 'bytes',
  bytes,
  ...(name !== undefined && { name }),
})

const text = (url: string, cap: number, signal?: AbortSignal) =>
  URL.canParse(url)
    ? address(new URL(url), cap, signal)
    : unknownSource('the url cannot be read as one', 'URL 格式有误')

const address = (url: URL, cap: number, signal?: AbortSignal): Source | Refusal | Promise<Source | Refusal> => {
  if (url.protocol === 'http:' || url.protocol === 'https:') return { failed: false, kind: 'url', url: url.href }
  if (url.protocol !== 'file:') return unknownSource(`a ${url.protocol} url is not read`, `不支持 ${url.protocol} URL`)
  const path = pathOf(url)
  return path === undefined
    ? unknownSource('the file: url names no file of this machine', 'file: URL 无法对应到本机文件')
    : file(path, cap, signal)
}

const pathOf = (url: URL) => {
  try {
    return fileURLToPath(url)
  } catch {
    return undefined
  }
}

const file = async (path: string, cap: number, signal?: AbortSignal): Promise<Source | Refusal> => {
  const name = nameOf(path)
  try {
    const found = await stat(path)
    if (found.isDirectory()) return directory(path)
    if (found.size > cap) return tooLarge(name, name, found.size, cap)
    if (found.isFile()) return whole(await readFile(path, { signal }), name)
    // a pipe or device does not say how long it is
    const bytes = await collect(createReadStream(path), cap, signal)
    return bytes instanceof Uint8Array ? whole(bytes, name) : bytes
  } catch (reason) {
    signal?.throwIfAborted()
    return unreadable(path, reason)
  }
}
