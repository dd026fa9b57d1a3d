import type { Client } from '@penstock/core'
import { abortStates } from '../../support/abort-states.ts'
import { serving } from '../../support/loopback.ts'
import { ms, pass, quantile, type Row } from './measured.ts'
import { over, transports } from './transports.ts'

const tries = 72

/** From an abort until its caller has his reason: a thousand over all states, on both transports. */
export async function aborts(): Promise<readonly Row[]> {
  const rows: Row[] = []
  const all: number[] = []
  await using server = await serving((request, response) => {
    if (request.url !== '/hangs') response.writeHead(request.url === '/busy' ? 503 : 200).end()
  })
  for (const [on, make] of transports)
    for (const { name, layers, path, before } of abortStates) {
      const http = over(make(), server.origin, layers())
      const others = new AbortController()
      await before?.(http, pass, others.signal)
      const took: number[] = []
      while (took.length < tries) took.push(await aborted(http, path))
      all.push(...took)
      const measured = `median ${ms(quantile(0.5, took))}, ${ms(Math.max(...took))} at most`
      rows.push({ what: `an abort: ${name}`, on, bound: '', measured, holds: true })
      others.abort()
      await http.close()
    }
  const p99 = quantile(0.99, all)
  rows.push({
    what: `all ${all.length} aborts`,
    on: 'both',
    bound: 'p99 < 5 ms',
    measured: `p99 ${ms(p99)}`,
    holds: p99 < 5,
  })
  return rows
}

async function aborted(http: Client, path: string): Promise<number> {
  const abort = new AbortController()
  const reason = { the: 'caller’s own' }
  const call = http.get(path, { signal: abort.signal }).then(
    () => 'it went well',
    (error: unknown) => error,
  )
  // as far on its way as it comes
  await pass(5)
  const from = performance.now()
  abort.abort(reason)
  const end = await call
  const took = performance.now() - from
  if (end !== reason) throw new Error('An aborted call ended otherwise', { cause: end })
  return took
}
