import { once } from 'node:events'
import type { Socket } from 'node:net'
import { client, pipeline } from '@penstock/core'
import { hedge, status } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports } from '../support/transports.ts'

onBothTransports((make) => {
  test('the loser of a hedge is cut off on the wire, and its socket is let go', async () => {
    const seen: Socket[] = []
    await using server = await serving((request, response) => {
      seen.push(request.socket)
      if (seen.length > 1) response.end('second')
    })
    const stack = pipeline([hedge({ delay: 20 }), status()], make())
    await using http = client({ pipeline: stack, origin: server.origin })
    const reply = await http.get('/')
    expect(await reply.text()).toBe('second')
    const [first] = seen
    if (!first!.destroyed) await once(first!, 'close')
    expect(reply.ledger.trips.map(({ code }) => code)).toEqual(['CANCELLED'])
    // the winner's is kept
    expect([...server.sockets]).toEqual([seen[1]])
  })

  test('the loser of a hedge that has begun to answer is let go of in its body', async () => {
    const seen: Socket[] = []
    await using server = await serving((request, response) => {
      seen.push(request.socket)
      if (seen.length > 1) response.end('second')
      else response.write('first, ')
    })
    const stack = pipeline([hedge({ delay: 20 }), status()], make())
    await using http = client({ pipeline: stack, origin: server.origin })
    expect(await (await http.get('/')).text()).toBe('second')
    const [first] = seen
    if (!first!.destroyed) await once(first!, 'close')
    expect(first!.destroyed).toBe(true)
  })
})
