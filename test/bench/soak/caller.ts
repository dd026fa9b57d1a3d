/** Calls through the default stack, one transport a process, as many as there is time for; keeps books of its own. */
import { client, ledgerOf, pipeline, type RequestOptions } from '@penstock/core'
import { seeded } from '@penstock/core/testing'
import { defaultStack, idempotencyKey } from '@penstock/middleware'
import { answers } from '../harness/child.ts'

export type CallerBooks = {
  readonly calls: number
  /** By code, or `ok`. */
  readonly outcomes: Readonly<Record<string, number>>
  /** 1 for a call that came back with its own answer. */
  readonly done: Uint8Array
  readonly requests: number
  readonly microseconds: number
}

export type CallerState = { readonly calls: number; readonly heap: number; readonly handles: readonly string[] }

const [transport, seedText, first, ca, ...origins] = process.argv.slice(2) as [string, string, '0' | '1', string]
const pass = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds))
const chance = seeded(Number(seedText) + Number(first))
const concurrency = 64

async function transportOf() {
  const options = { connections: 64, connectTimeout: 500 }
  if (transport === 'got') return (await import('@penstock/core/got')).gotTransport(options)
  return (await import('@penstock/core/undici')).undiciTransport(options)
}

let fetched = 0
const stack = pipeline(
  [
    ...defaultStack({
      deadline: 5_000,
      timeout: 1_000,
      retry: { delay: 10, maxDelay: 100 },
      circuitBreaker: { window: 10_000, openFor: 200, maxOpenFor: 1_000 },
      tls: { ca },
      token: { source: async () => ({ token: `token-${++fetched}`, expiresIn: Infinity }) },
    }),
  ],
  await transportOf(),
).insert(idempotencyKey())
const http = client({ pipeline: stack, origin: (origins as string[])[0]! })

const outcomes: Record<string, number> = {}
const done = new Uint8Array(new ArrayBuffer(1_000_000, { maxByteLength: 64_000_000 }))
const counts = { calls: 0, requests: 0 }
const stop = new AbortController()

const post = { json: { image: 'QUJD'.repeat(30) } }
const plain = { ...post, layers: { idempotencyKey: false } } as const

/** Four in ten read, three write under a key, three write without one; one in two hundred changes its mind. */
async function call(index: number): Promise<void> {
  const number = 2 * index + Number(first)
  const kind = chance()
  const url = `${(origins as string[])[Math.floor(chance() * origins.length)]}/work?n=${number}`
  const signal = chance() < 0.005 ? AbortSignal.timeout(Math.ceil(chance() * 20)) : undefined
  const options: RequestOptions = { ...(kind < 0.4 ? {} : kind < 0.7 ? post : plain), ...(signal && { signal }) }
  let code = 'ok'
  try {
    const reply = await (kind < 0.4 ? http.get(url, options) : http.post(url, options))
    counts.requests += reply.ledger.trips.length
    const { n } = (await reply.json()) as { readonly n?: number }
    if (n !== number) throw new Error(`the answer of call ${n} came to call ${number}`)
    done[index] = 1
  } catch (error) {
    const own = (error as { readonly code?: string }).code
    if (error instanceof TypeError || (error instanceof Error && error.message.includes('came to call'))) throw error
    code = signal?.aborted && error === signal.reason ? 'the caller changed its mind' : (own ?? String(error))
    counts.requests += ledgerOf(error)?.trips.length ?? 0
  }
  outcomes[code] = (outcomes[code] ?? 0) + 1
  // who is told that nobody is let through does not knock again at once
  if (code === 'CIRCUIT_OPEN') await pass(20)
}

async function caller(): Promise<void> {
  while (!stop.signal.aborted) {
    const index = counts.calls++
    if (index >= done.length) done.buffer.resize(Math.min(64_000_000, 2 * index))
    await call(index)
  }
}

let broke: unknown
const callers = Array.from({ length: concurrency }, caller)
const over = Promise.all(callers).catch((error: unknown) => void (broke = error))

answers(async (question: 'state' | 'stop'): Promise<CallerState | CallerBooks> => {
  if (broke !== undefined) throw broke
  if (question === 'stop') {
    stop.abort()
    await over
    await http.close()
    const { user, system } = process.cpuUsage()
    return { ...counts, outcomes, done, microseconds: user + system }
  }
  globalThis.gc!()
  return { calls: counts.calls, heap: process.memoryUsage().heapUsed, handles: process.getActiveResourcesInfo() }
})
