import type { AddressInfo } from 'node:net'
import { ConfigError } from '@penstock/core'

/** What is to be shown, and as what. */
export type Shown = { readonly contentType: string; text(): Promise<string> }

export type MetricsServer = AsyncDisposable & {
  /** What Prometheus is to scrape. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/** Answers `GET /metrics`. Keeps no process alive. */
export async function metricsServer(shown: Shown, port: number, host: string, name: string): Promise<MetricsServer> {
  const { createServer } = await import('node:http')
  const server = createServer(({ url, method }, response) => {
    if (url!.split('?', 1)[0] !== '/metrics') response.writeHead(404).end()
    else if (!['GET', 'HEAD'].includes(method!)) response.writeHead(405, { allow: 'GET, HEAD' }).end()
    else
      shown.text().then(
        (text) => response.writeHead(200, { 'content-type': shown.contentType }).end(text),
        () => response.writeHead(500).end(),
      )
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', ({ code }: NodeJS.ErrnoException) =>
      reject(new ConfigError('CONFIG_INVALID', `${name}: cannot listen on ${host}:${port}: ${code}`)),
    )
    server.listen(port, host, resolve)
  })
  server.unref()
  const close = () =>
    new Promise<void>((closed) => {
      server.close(() => closed())
      server.closeAllConnections()
    })
  const at = server.address() as AddressInfo
  const shownHost = at.family === 'IPv6' ? `[${at.address}]` : at.address
  return { url: `http://${shownHost}:${at.port}/metrics`, port: at.port, close, [Symbol.asyncDispose]: close }
}
