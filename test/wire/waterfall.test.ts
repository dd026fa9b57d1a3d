/** Real calls: what requests and waits took is what the call took, on both transports. */
import { client, flightOf, pipeline } from '@penstock/core'
import { timetable, waterfall } from '@penstock/core/diagnose'
import { deadline, rateLimit, retry, status } from '@penstock/middleware'
import { expect, it } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

onBothTransports((transport) => {
  // where the machine itself stands still, for a moment nobody has the call: such a run is made again
  it.each(['errors', 'all'] as const)(
    'has less than a fiftieth unexplained at level %s',
    { retry: 3 },
    async (diagnose) => {
      let served = 0
      await using server = await serving((_request, response) => {
        served++
        setTimeout(() => response.writeHead(served < 3 ? 503 : 200).end('x'.repeat(10_000)), 60)
      })
      const layers = [
        deadline({ after: 10_000 }),
        retry({ retries: 3, delay: 100 }),
        rateLimit({ limit: 1, window: 400, guard: 0 }),
        status(),
      ] as const
      await using http = client({
        pipeline: pipeline(layers, transport()),
        origin: server.origin,
        diagnose,
        chance: () => 0.9,
      })
      const flight = flightOf(await http.get('/things'))!
      const { rows, unaccounted, total, sums } = timetable(flight)

      expect(unaccounted / total).toBeLessThan(0.02)
      expect(Object.values(sums).reduce((sum, one) => sum + one, 0) + unaccounted).toBeCloseTo(total, -1)
      expect(rows.filter(({ is }) => is !== 'work').map(({ is }) => is)).toEqual([
        'trip',
        'wait',
        'wait',
        'trip',
        'wait',
        'wait',
        'trip',
      ])
      expect(waterfall(flight)).not.toContain('unaccounted')
    },
  )
})
