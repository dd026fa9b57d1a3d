import { inspect } from 'node:util'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  test('a reply that is printed in full holds nothing of its request', async () => {
    await using server = await serving((request, response) => request.resume().once('end', () => response.end('x')))
    await using http = over(make(), server.origin)
    const outcome = await http.outcome({
      method: 'POST',
      path: '/?q=canary',
      headers: { cookie: 'canary' },
      form: { secret: 'canary' },
    })
    const printed = inspect(outcome, { depth: Infinity, showHidden: true }) + JSON.stringify(outcome)
    expect(printed).not.toContain('canary')
    expect(printed).toContain('status')
  })
})
