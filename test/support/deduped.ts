/** Calls over dedupe() against a script. */
import { type Call, client, type Next, pipeline } from '@penstock/core'
import { later, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { dedupe, type DedupeOptions, status } from '@penstock/middleware'

export const origin = 'https://api.example.com'

export function set(step: Step, options: DedupeOptions = {}, ...more: Step[]) {
  const clock = virtualClock()
  const transport = scriptedTransport(step, ...more)
  const patience = (call: Call, next: Next) => {
    const after = Number(call.headers['x-patience'] ?? Infinity)
    return next(call.within({ after, layer: 'patience', code: 'CALL_DEADLINE', verdict: 'late' }))
  }
  const http = client({
    pipeline: pipeline([patience, dedupe(options), status()], transport),
    origin,
    clock,
  })
  return { clock, http, transport }
}

export const slow = later(100, replies(200, { etag: 'x' }, 'answer'))
