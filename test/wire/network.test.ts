import { http as mock, HttpResponse } from 'msw'
import { expect, test } from 'vitest'
import { useNetwork } from '../support/network.ts'
import { onBothTransports, over } from '../support/transports.ts'

useNetwork(
  mock.post('https://ocr.invalid/rest/*', async ({ request }) =>
    HttpResponse.json({ path: new URL(request.url).pathname, body: await request.text() }, { headers: { 'x-a': 'b' } }),
  ),
  mock.get('http://ocr.invalid/down', () => HttpResponse.error()),
)

onBothTransports((make) => {
  test('a handler answers for a host that does not exist, over TLS too', async () => {
    await using http = over(make(), 'https://ocr.invalid')
    const reply = await http.post('/rest/2.0', { form: { image: 'aGk=' } })
    expect({ json: await reply.json(), header: reply.header('x-a') }).toEqual({
      json: { path: '/rest/2.0', body: 'image=aGk%3D' },
      header: 'b',
    })
  })

  test('an error of the network is a failure of the network', async () => {
    await using http = over(make(), 'http://ocr.invalid')
    expect(await http.outcome({ path: '/down' })).toMatchObject({ code: 'CONNECTION_RESET', verdict: 'network' })
  })
})
