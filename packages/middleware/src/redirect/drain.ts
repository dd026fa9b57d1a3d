import type { Call, ReplyBody } from '@penstock/core'

/** Bytes, and milliseconds, that a body nobody wants may cost to keep its connection. */
const most = 65_536
const within = { after: 250, layer: 'redirect', code: 'ATTEMPT_TIMEOUT', verdict: 'timeout' } as const

/** Let go of a redirect's body: a short one is read to its end, so that its connection can be used again. */
export async function drain(call: Call, body: ReplyBody): Promise<void> {
  await call.within(within).until(read(body))
  body.discard()
}

async function read(body: ReplyBody): Promise<void> {
  let bytes = 0
  for await (const piece of body.pieces()) if ((bytes += piece.length) > most) return
}
