import { bytesBody, Reply, type Verdict } from '@penstock/core'
import type { Step } from '@penstock/core/testing'

/** A reply that comes with its verdict. */
export const verdict =
  (given: Verdict, retryAfter?: number): Step =>
  () =>
    new Reply(200, {}, bytesBody(Buffer.from('{}'))).judged({ verdict: given, retryAfter })
