/**
 * Takes images in, in a process of its own, a port for each subject: counts requests, bytes and URLs. The first image of
 * each is unpacked, and must be the picture: who sends less than the whole has no place in the table.
 */
import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { answers } from '../harness/child.ts'

export type Received = { readonly requests: number; readonly urls: number; readonly digest: string }

type Count = { requests: number; readonly urls: Set<string>; digest: string }

const counts = new Map<number, Count>()

/** In the shape that each vendor's client looks for. */
const reply = JSON.stringify({
  log_id: 1,
  words_result: [],
  words_result_num: 0,
  access_token: 'token',
  expires_in: 2_592_000,
  RequestId: '1',
  Data: '{}',
  Response: { RequestId: '1', TextDetections: [], Angel: 0, Language: 'zh' },
})

function imageOf(body: Buffer, type: string): Buffer {
  if (type.startsWith('application/x-www-form-urlencoded'))
    return Buffer.from(new URLSearchParams(body.toString('latin1')).get('image') ?? '', 'base64')
  if (type.startsWith('application/json'))
    return Buffer.from((JSON.parse(body.toString('latin1')) as { ImageBase64: string }).ImageBase64, 'base64')
  return body
}

function take(count: Count, request: IncomingMessage, response: ServerResponse): void {
  const pieces: Buffer[] | undefined = count.digest === '' ? [] : undefined
  request.on('data', (piece: Buffer) => pieces?.push(piece))
  request.on('end', () => {
    const isToken = request.url!.startsWith('/oauth/')
    if (!isToken) count.requests++
    if (!isToken) count.urls.add(request.url!)
    if (!isToken && pieces !== undefined) {
      const image = imageOf(Buffer.concat(pieces), request.headers['content-type'] ?? '')
      count.digest = createHash('sha256').update(image).digest('hex')
    }
    response.setHeader('content-type', 'application/json')
    response.setHeader('content-length', reply.length)
    response.end(reply)
  })
}

async function open(): Promise<number> {
  const count: Count = { requests: 0, urls: new Set(), digest: '' }
  const server = createServer({ keepAliveTimeout: 600_000, requestTimeout: 0, highWaterMark: 256 * 1024 }, (...both) =>
    take(count, ...both),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  counts.set(port, count)
  return port
}

answers(async (question: 'open' | number): Promise<number | Received> => {
  if (question === 'open') return open()
  const { requests, urls, digest } = counts.get(question)!
  return { requests, urls: urls.size, digest }
})
