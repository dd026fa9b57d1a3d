import { type Body, onceBody } from '../body.ts'

/** Bytes that are taken in at most. */
const most = 16_777_216

/**
 * A Request hides what its body was made from. If the stream gives all of it at once, as one made from text or bytes does,
 * it is bytes again, which have a length and can be sent once more; else a stream, with what was taken already before it.
 */
export async function readyBody(stream: ReadableStream<Uint8Array>): Promise<Body> {
  const reader = stream.getReader()
  const taken: Uint8Array[] = []
  let size = 0
  let pending = reader.read()
  for (;;) {
    const next = await Promise.race([
      pending,
      new Promise<undefined>((resolve) => void setImmediate(resolve, undefined)),
    ])
    if (next?.done === true) return { kind: 'bytes', bytes: Buffer.concat(taken) }
    if (next === undefined || (size += next.value.length) > most) break
    taken.push(next.value)
    pending = reader.read()
  }
  // whoever reads the stream hears of its error
  pending.catch(() => {})
  return onceBody(rest(taken, reader, pending))
}

async function* rest(
  taken: Uint8Array[],
  reader: ReadableStreamDefaultReader<Uint8Array>,
  pending: ReturnType<typeof reader.read>,
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* taken
    for (let next = await pending; !next.done; next = await reader.read()) yield next.value
  } finally {
    await reader.cancel()
  }
}
