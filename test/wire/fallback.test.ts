import type { IncomingMessage } from 'node:http'
import { client, pipeline, Secret } from '@penstock/core'
import { cookies, credential, fallback, status } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

onBothTransports((make) => {
  test('a second provider is sent nothing that is secret of the first', async () => {
    await using first = await serving((_, response) => {
      response.writeHead(503, { 'set-cookie': 'session=first-cookie' }).end()
    })
    const seen: IncomingMessage[] = []
    await using second = await serving((request, response) => {
      seen.push(request)
      response.end('second')
    })
    const to = pipeline([credential({ bearer: 'second-key' }), status()], make())
    const stack = pipeline(
      [fallback({ to, origin: second.origin }), credential({ bearer: 'first-key' }), status(), cookies()],
      make(),
    )
    await using http = client({ pipeline: stack, origin: first.origin, headers: { 'x-api-key': 'caller-key' } })
    const options = {
      headers: { 'x-mine': new Secret('mine', 'own-secret') },
      query: { key: new Secret('k', 'query-secret') },
    }
    const replies = [await http.get('/a', options), await http.get('/a', options)]

    expect(await Promise.all(replies.map((reply) => reply.text()))).toEqual(['second', 'second'])
    for (const { url, headers, rawHeaders } of seen) {
      expect([url, headers.authorization, headers.cookie]).toEqual(['/a', 'Bearer second-key', undefined])
      expect(rawHeaders.join(' ')).not.toMatch(/first-|caller-|own-|query-/)
    }
    await to.close()
  })
})
