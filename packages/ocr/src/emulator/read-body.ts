import type { IncomingMessage } from 'node:http'

/** Far beyond every limit of the vendor, whose refusals are to be seen. */
const cap = 32 * 1024 ** 2

/** The whole body; none where it is too large, or its sender went away. */
export const readBody = async (request: IncomingMessage): Promise<Buffer | 'too large' | 'gone'> => {
  const pieces: Buffer[] = []
  let length = 0
  try {
    for await (const piece of request as AsyncIterable<Buffer>) {
      length += piece.length
      if (length <= cap) pieces.push(piece)
    }
  } catch {
    return 'gone'
  }
  return length > cap ? 'too large' : Buffer.concat(pieces, length)
}
