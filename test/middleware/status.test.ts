import { client, layer, pipeline, Reply } from '@penstock/core'
import { breaks, replies, scriptedTransport, stalls, type Step, virtualClock } from '@penstock/core/testing'
import { deadline, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const outcomeOf = (step: Step, options = {}) =>
  client({
    pipeline: pipeline([status(options)], scriptedTransport(step)),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  }).outcome({ path: '/' })

describe('status', () => {
  it.each([
    [200, 'ok', 'STATUS_200'],
    [204, 'ok', 'STATUS_204'],
    [299, 'ok', 'STATUS_299'],
    [300, 'input', 'REDIRECT_LEFT'],
    [302, 'input', 'REDIRECT_LEFT'],
    [304, 'ok', 'STATUS_304'],
    [399, 'input', 'REDIRECT_LEFT'],
    [400, 'input', 'STATUS_400'],
    [401, 'token', 'STATUS_401'],
    [403, 'denied', 'STATUS_403'],
    [404, 'input', 'STATUS_404'],
    [408, 'timeout', 'STATUS_408'],
    [413, 'size', 'STATUS_413'],
    [425, 'busy', 'STATUS_425'],
    [429, 'rate', 'STATUS_429'],
    [499, 'input', 'STATUS_499'],
    [500, 'server', 'STATUS_500'],
    [503, 'busy', 'STATUS_503'],
    [599, 'server', 'STATUS_599'],
  ])('says of %i that it is %s', async (code, verdict, named) => {
    const outcome = await outcomeOf(replies(code))
    expect({ verdict: outcome.verdict, code: outcome.code }).toEqual({ verdict, code: named })
  })

  it('reads how long to wait', async () => {
    expect((await outcomeOf(replies(503, { 'retry-after': '3' }))).retryAfter).toBe(3000)
    expect((await outcomeOf(replies(200, { 'retry-after': '3' }))).retryAfter).toBeUndefined()
  })

  it('asks the table it is given first', async () => {
    const verdictOf = (code: number) => (code === 404 ? ('ok' as const) : undefined)
    expect((await outcomeOf(replies(404), { verdictOf })).verdict).toBe('ok')
    expect((await outcomeOf(replies(403), { verdictOf })).verdict).toBe('denied')
  })

  it('leaves alone what is judged already, and what failed', async () => {
    const judge = layer({
      name: 'judge',
      slot: 'judge',
      verdicts: 'gives',
      run: (call, next) =>
        next(call).then((outcome) => (outcome instanceof Reply ? outcome.judged({ verdict: 'quota' }) : outcome)),
    })
    const http = client({
      pipeline: pipeline([status(), judge], scriptedTransport(replies(500), breaks('CONNECTION_RESET'))),
      origin: 'https://api.example.com',
    })
    expect((await http.outcome({ path: '/' })).verdict).toBe('quota')
    expect((await http.outcome({ path: '/' })).verdict).toBe('network')
  })

  it('takes the body in, so that one that stalls is a failure of the attempt; not for a call that streams', async () => {
    const clock = virtualClock()
    const http = client({
      pipeline: pipeline([deadline({ after: 50 }), status()], scriptedTransport(stalls())),
      origin: 'https://api.example.com',
      clock,
    })
    const outcome = http.outcome({ path: '/' })
    await clock.advance(50)
    expect(await outcome).toMatchObject({ failed: true, code: 'CALL_DEADLINE', phase: 'receive' })
    expect(await http.outcome({ path: '/', stream: true })).toMatchObject({ failed: false, status: 200, verdict: 'ok' })
  })
})
