import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

onBothTransports((make) => {
  test('a trailer is refused as a header of the connection, since none is ever sent', async () => {
    await using server = await serving((_, response) => response.end())
    await using http = over(make(), server.origin)
    await expect(http.get('/', { headers: { trailer: 'x-sum' } })).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
      message: expect.stringContaining("the header 'trailer' is the transport's own: leave it out") as string,
    })
    expect(server.opened).toBe(0)
  })
})
