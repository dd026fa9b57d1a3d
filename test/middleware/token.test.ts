import { client, ledgerOf, pipeline, type Request, revealed } from '@penstock/core'
import { repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { reject, status, token, type TokenOptions } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const keys = { clientId: 'an-id', clientSecret: 'a-secret' } as const
const grants = (access_token: string, expires_in: unknown = 3600): Step => repliesJson({ access_token, expires_in })
const ok = repliesJson({ ok: true })

function against(steps: readonly [Step, ...Step[]], options: Partial<TokenOptions> = {}) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const stack = pipeline([token({ ...keys, ...options } as TokenOptions), status(), reject()], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock, chance: () => 0.5 })
  async function outcome(request: Partial<Request> = {}) {
    const done = http.outcome({ path: '/', ...request })
    await Promise.allSettled([done, clock.drain()])
    return done
  }
  return { clock, transport, http, outcome }
}

describe('token', () => {
  it('asks for a token and sends it as a bearer', async () => {
    const { outcome, transport } = against([grants('t1'), ok])

    expect((await outcome()).verdict).toBe('ok')
    expect(transport.calls.map(({ method, path, headers }) => [method, path, revealed(headers)])).toEqual([
      ['POST', '/oauth/token', { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' }],
      ['GET', '/', { authorization: 'Bearer t1' }],
    ])
  })
})
