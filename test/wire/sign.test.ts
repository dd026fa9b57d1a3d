import { createHash } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { buffer } from 'node:stream/consumers'
import { type RequestOptions, Secret } from '@penstock/core'
import { redirect, sign } from '@penstock/middleware'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { onBothTransports, over } from '../support/transports.ts'

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex')

/** What a server can check of a signature: everything that was signed, as it arrived. */
const arrived = async (request: IncomingMessage) =>
  sha256(
    [request.method, request.url, request.headers.host, request.headers['x-a'], sha256(await buffer(request))].join(),
  )

/** A server that says yes to a right signature, and no to any other. */
const checking = () =>
  serving(async (request, response) => {
    const { 'x-signature': signature } = request.headers
    response.writeHead(signature === (await arrived(request)) ? 200 : 403).end()
  })

const signed = sign({
  reads: 'sha256',
  sign: ({ method, path, host, headers, digest }) => ({
    headers: { 'x-signature': sha256([method, path, host, headers['x-a'], digest!.toString('hex')].join()) },
  }),
})

async function* pieces() {
  for (let piece = 0; piece < 50; piece++) yield Buffer.alloc(10_000, `${piece}`)
}

onBothTransports((make) => {
  test.each<[string, RequestOptions]>([
    ['no body', {}],
    ['JSON', { json: { text: '字', list: [1, 2] } }],
    ['a form', { form: { image: 'aGk+/=', text: 'a b&c' } }],
    ['a multipart form', { multipart: { file: { filename: 'a.bin', bytes: Buffer.alloc(200_000, 'x') }, name: 'ü' } }],
    ['bytes', { body: Buffer.alloc(100_000, 'b') }],
    ['a stream that can be opened again', { body: () => pieces() }],
  ])('what was signed is what arrives: %s', async (_, options) => {
    await using server = await checking()
    await using http = over(make(), server.origin, [signed])
    const query = { page: 'a b', ключ: '1', key: new Secret('key', 'k+/=') }
    const reply = await http.post('/a/{id}', { ...options, params: { id: 'ü/1' }, query, headers: { 'x-a': 'value' } })
    expect(reply.status).toBe(200)
  })

  test('a body is signed as it goes, and arrives with its signature at the end', async () => {
    await using server = await serving(async (request, response) => {
      const bytes = await buffer(request)
      const [body, signature] = [bytes.subarray(0, -64), bytes.subarray(-64).toString()]
      response.writeHead(signature === sha256(body) ? 200 : 403).end(String(body.length))
    })
    const trailing = sign({
      sign: () => ({
        async *body(given) {
          const hash = createHash('sha256')
          for await (const piece of given) {
            hash.update(piece)
            yield piece
          }
          yield Buffer.from(hash.digest('hex'))
        },
      }),
    })
    await using http = over(make(), server.origin, [trailing])
    const reply = await http.post('/', { body: pieces() })
    expect([reply.status, await reply.text()]).toEqual([200, '500000'])
  })

  test('a signature never arrives at another origin', async () => {
    const seen: IncomingMessage[] = []
    await using other = await serving((request, response) => (seen.push(request), response.end()))
    await using server = await serving((request, response) =>
      response.writeHead(307, { location: `${other.origin}${request.url}` }).end(),
    )
    const both = sign({ sign: () => ({ headers: { 'x-odd': 'canary' }, query: { odd: 'canary' } }) })
    await using http = over(make(), server.origin, [both, redirect()])
    await http.get('/a?page=1')
    expect([seen[0]!.url, seen[0]!.headers['x-odd']]).toEqual(['/a?page=1', undefined])
  })
})
