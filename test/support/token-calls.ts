/** A client whose token calls and other calls each play a script of their own. */
import { type Call, client, ledgerOf, type Middleware, pipeline, type Request, revealed } from '@penstock/core'
import { replies, repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { reject, status, token, type TokenOptions } from '@penstock/middleware'

export const keys = { clientId: 'an-id', clientSecret: 'a-secret' } as const
export const grants = (access_token: string, expires_in: unknown = 3600): Step =>
  repliesJson({ access_token, expires_in })
export const ok = repliesJson({ ok: true })
export const unauthorized = replies(401)
export const origin = 'https://api.example.com'

/** Token calls and other calls each play a script of their own. */
export function against(
  tokens: readonly [Step, ...Step[]],
  calls: readonly [Step, ...Step[]] = [ok],
  options: Partial<TokenOptions<any>> = {},
  {
    outer = [],
    inner = [],
    maxAttempts = 10,
  }: { outer?: readonly unknown[]; inner?: readonly unknown[]; maxAttempts?: number } = {},
) {
  const clock = virtualClock()
  const [asked, sent] = [scriptedTransport(...tokens), scriptedTransport(...calls)]
  const transport = {
    name: 'scripted',
    send: (call: Call<any>) => (call.method === 'POST' && call.path.includes('token') ? asked : sent).send(call),
    close: async () => {},
  }
  const layers = [...outer, token({ ...keys, ...options }), ...inner, status(), reject()]
  const http = client({ pipeline: pipeline(layers as never, transport), origin, clock, chance: () => 0.5, maxAttempts })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await Promise.allSettled([done, clock.drain()])
    return done
  }
  return { clock, asked: asked.calls, sent: sent.calls, http, outcome, used: () => sent.calls.map(bearer) }
}

export const bearer = ({ headers }: Call<any>) => revealed(headers)['authorization']
export const notesOf = (thing: unknown) => ledgerOf(thing)?.notes?.map(({ kind, facts }) => [kind.id, facts]) ?? []

/** Every call of a client, by a layer that stands outside. */
export function kept() {
  const calls: Call<any>[] = []
  const keep: Middleware = (call, next) => {
    calls.push(call)
    return next(call)
  }
  return { calls, keep }
}
