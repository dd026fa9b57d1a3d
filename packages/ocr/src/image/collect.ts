import { Readable } from 'node:stream'
import type { Refusal } from './refusal.ts'
import { tooLarge, unknownSource } from './unreadable.ts'

/** Reads a stream into one array, up to `cap` bytes. Throws only `signal.reason`, at once, even when the stream stalls. */
export const collect = async (
  stream: AsyncIterable<unknown>,
  cap: number,
  signal?: AbortSignal,
): Promise<Uint8Array | Refusal> => {
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal?.reason)
  signal?.addEventListener('abort', abort)
  // nobody may be waiting for it when the signal fires
  aborted.promise.catch(() => {})
  const chunks: Uint8Array[] = []
  let length = 0
  let iterator: AsyncIterator<unknown> | undefined
  try {
    iterator = stream[Symbol.asyncIterator]()
    for (;;) {
      const next = await Promise.race([iterator.next(), aborted.promise])
      if (next.done) return Buffer.concat(chunks, length)
      if (!(next.value instanceof Uint8Array)) {
        leave(stream, iterator)
        return unknownSource('the stream gives text or objects, not bytes', '流输出的是文本或对象，而不是字节')
      }
      length += next.value.length
      if (length > cap) {
        leave(stream, iterator)
        return tooLarge('the stream', '该流', length, cap)
      }
      chunks.push(next.value)
    }
  } catch (reason) {
    if (signal?.aborted) {
      if (iterator) leave(stream, iterator)
      throw signal.reason
    }
    return broke(length, reason)
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}

/** Lets the stream free what it holds. Not waited for: an iterator stuck in `next()` does not answer. */
const leave = (stream: AsyncIterable<unknown>, iterator: AsyncIterator<unknown>) => {
  if (stream instanceof Readable) stream.destroy()
  iterator.return?.().catch(() => {})
}

const broke = (length: number, reason: unknown): Refusal => ({
  failed: true,
  code: 'STREAM_BROKE',
  cause: { en: `the stream broke after ${length} bytes`, zh: `流在 ${length} 字节后中断` },
  advice: {
    en: 'Open it again: a stream can be read only once, and by one reader.',
    zh: '请重新打开：流只能被一个读取方读取一次。',
  },
  reason,
})
