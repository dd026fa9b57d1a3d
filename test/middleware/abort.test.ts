/** The states in which a call can be when its caller goes, one by one; every layer by itself is put to it by the conformance kit. */
import { getEventListeners } from 'node:events'
import { client, ledgerOf, pipeline } from '@penstock/core'
import { hangs, replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { type AbortState, abortStates } from '../support/abort-states.ts'
import { settled } from '../support/transports.ts'

const server: Step = (call) => steps[call.path as AbortState['path']](call)
const steps: Readonly<Record<AbortState['path'], Step>> = {
  '/ok': replies(200),
  '/busy': replies(503),
  '/hangs': hangs(),
}

/** What has become of a promise without any time. */
async function now(promise: Promise<unknown>): Promise<unknown> {
  let end: unknown = 'pending'
  promise.then(
    (value) => (end = { value }),
    (error: unknown) => (end = { error }),
  )
  await settled()
  return end
}

describe.each(abortStates)('a call aborted in: $name', ({ layers, path, before, notes, trips }) => {
  /** A client in that state, and what is left when all its calls have ended. */
  async function inState() {
    const clock = virtualClock()
    const others = new AbortController()
    const pipe = pipeline(layers() as never, scriptedTransport(server))
    const http = client({ pipeline: pipe, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    await before?.(http, (milliseconds) => clock.advance(milliseconds), others.signal)
    return { clock, http, others }
  }

  it('rejects before any timer advances, with its caller’s own reason, and has a story', async () => {
    const { clock, http } = await inState()
    const abort = new AbortController()
    const call = http.get(path, { signal: abort.signal })
    expect(await now(call)).toBe('pending')

    const reason = { why: 'changed my mind' }
    const at = clock.now()
    abort.abort(reason)

    expect(await now(call)).toEqual({ error: reason })
    await expect(call).rejects.toBe(reason)
    expect(clock.now()).toBe(at)
    const ledger = ledgerOf(reason)!
    expect(ledger.notes?.map(({ kind }) => kind.id) ?? []).toEqual(notes)
    expect(
      ledger.trips.map(({ status, code, phase }) => (code === undefined ? `${status}` : `${code} ${phase}`)),
    ).toEqual(trips)
  })

  it('takes a reason that is a TimeoutError for no timeout of ours', async () => {
    const { http } = await inState()
    const abort = new AbortController()
    const call = http.get(path, { signal: abort.signal }).catch((error: unknown) => error)
    await settled()
    const reason = new DOMException('The operation was aborted due to timeout', 'TimeoutError')
    abort.abort(reason)
    expect(await call).toBe(reason)
    expect(ledgerOf(reason)!.verdict).toBe('cancelled')
  })

  it('leaves no listener behind, and no timer when the others have ended', async () => {
    const { clock, http, others } = await inState()
    const abort = new AbortController()
    const call = now(http.get(path, { signal: abort.signal }))
    await settled()
    expect(getEventListeners(abort.signal, 'abort')).not.toEqual([])
    abort.abort('gone')
    await call
    others.abort()
    await http.close()
    expect([getEventListeners(abort.signal, 'abort'), clock.timers]).toEqual([[], 0])
  })
})

describe('a half-open circuit', () => {
  async function halfOpen() {
    const { layers, before } = abortStates.find(({ name }) => name === 'probe of a half-open circuit')!
    const clock = virtualClock()
    const transport = scriptedTransport(server)
    const pipe = pipeline(layers() as never, transport)
    const http = client({ pipeline: pipe, origin: 'https://api.example.com', clock, chance: () => 0.5 })
    await before!(http, (milliseconds) => clock.advance(milliseconds), new AbortController().signal)
    return { clock, http, transport }
  }

  it('holds nobody behind its probe: the next caller is refused at once', async () => {
    const { clock, http, transport } = await halfOpen()
    void http.outcome({ path: '/hangs' })
    const next = http.outcome({ path: '/ok' })
    expect(await now(next)).toMatchObject({ value: { code: 'CIRCUIT_OPEN', layer: 'circuitBreaker' } })
    expect(transport.calls.map(({ path }) => path)).toEqual(['/busy', '/busy', '/hangs'])
    expect(clock.now()).toBe(40)
  })

  it('has the place of an aborted probe again at once: the next caller closes it', async () => {
    const { http } = await halfOpen()
    const abort = new AbortController()
    const probe = http.get('/hangs', { signal: abort.signal })
    await settled()
    abort.abort('gone')
    expect(await now(probe)).toEqual({ error: 'gone' })
    expect(await now(http.outcome({ path: '/ok' }))).toMatchObject({ value: { verdict: 'ok' } })
    expect(await now(http.outcome({ path: '/ok' }))).toMatchObject({ value: { verdict: 'ok' } })
  })
})
