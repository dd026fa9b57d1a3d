import type { Failure } from '../outcome.ts'
import type { ReplyBody } from '../reply.ts'

/** Streams that nobody can read any more let go of their connection. */
const dropped = new FinalizationRegistry<ReplyBody>((body) => body.discard())

/**
 * The body of a reply as a web stream: read only as fast as it is asked for, let go of when it is cancelled or forgotten.
 *
 * @param errorOf what a reader gets thrown when the body fails
 */
export function replyStream(body: ReplyBody, errorOf: (failure: Failure) => unknown): ReadableStream<Uint8Array> {
  let pieces: AsyncGenerator<Uint8Array, Failure | undefined> | undefined
  const stream: ReadableStream<Uint8Array> = new ReadableStream({
    type: 'bytes',
    async pull(controller: ReadableByteStreamController) {
      const next = await (pieces ??= body.pieces()).next()
      // a copy: the stream takes the memory for itself, and Node's buffers share theirs
      if (next.done !== true) return controller.enqueue(Uint8Array.from(next.value))
      dropped.unregister(body)
      if (next.value !== undefined) return controller.error(errorOf(next.value))
      controller.close()
      controller.byobRequest?.respond(0)
    },
    cancel() {
      dropped.unregister(body)
      body.discard()
    },
  })
  dropped.register(stream, body, body)
  return stream
}
