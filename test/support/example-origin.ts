import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'

/**
 * The server that stands for `https://api.example.com` while the examples of the documents run. It answers every request
 * with 200 and what it was sent, except:
 *
 * - `/status/503` answers with that status, any number in its place;
 * - `/flaky…` answers 503 to the first request for a path and 200 to those after;
 * - `/token` answers as an OAuth token endpoint does.
 */
export const startExampleOrigin = async (): Promise<{ readonly url: string; close: () => Promise<void> }> => {
  const seen = new Set<string>()
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost')
    const isFirst = !seen.has(pathname)
    seen.add(pathname)
    const asked = /^\/status\/(\d{3})$/.exec(pathname)?.[1]
    const status = Number(asked ?? (pathname.startsWith('/flaky') && isFirst ? 503 : 200))
    const body = await text(request)
    const said = { method: request.method, path: pathname, query: Object.fromEntries(searchParams), body }
    const token = { access_token: 'example-token', token_type: 'Bearer', expires_in: 3600 }
    response.writeHead(status, { 'content-type': 'application/json' })
    response.end(JSON.stringify(pathname === '/token' ? token : said))
  }
  // a request that breaks off has nobody left to answer
  const server = createServer((request, response) => void answer(request, response).catch(() => response.destroy()))
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((closed) => {
        server.close(() => closed())
        server.closeAllConnections()
      }),
  }
}
