import type { Body } from '../body.ts'
import type { Call } from '../call.ts'
import { CountedBody } from '../encode/counted-body.ts'
import type { Outcome } from '../outcome.ts'
import type { Transport } from '../transport.ts'

/** Whether somebody must look at all of its bytes before it can be sent. */
export const isUncounted = (body: Body): body is CountedBody => body instanceof CountedBody && !body.isCounted

/** Sent when its body is counted: before, it holds no connection. */
export async function onceCounted(call: Call<any>, transport: Transport): Promise<Outcome> {
  let gone = false
  const failure = await call.until((call.body as CountedBody).count(() => gone))
  if (failure === undefined) return transport.send(call)
  gone = true
  return failure
}
