import type { Secret } from '../secret.ts'

/** Asks a proxy for a tunnel to the origin, and ends it: what it answered, or why nothing came. */
export function connectThrough(
  proxy: URL,
  origin: URL,
  authorization: Secret | undefined,
  signal: AbortSignal,
): Promise<{ readonly status: number } | { readonly code: string }> {
  // an ES import of these modules reads all their names, and one of them loads Node's own undici
  const secure = proxy.protocol === 'https:'
  const { request, Agent } = process.getBuiltinModule(secure ? 'node:https' : 'node:http')
  const to = `${origin.hostname}:${origin.port || (origin.protocol === 'https:' ? 443 : 80)}`
  return new Promise((resolve) => {
    const asking = request({
      method: 'CONNECT',
      host: proxy.hostname.replace(/^\[|\]$/g, ''),
      port: proxy.port || (secure ? 443 : 80),
      path: to,
      headers: { host: to, ...(authorization && { 'proxy-authorization': authorization.reveal() }) },
      // its own: the global one may follow the very variable that is looked at
      agent: new Agent(),
      signal,
      ...(secure && { rejectUnauthorized: true }),
    })
    asking.once('connect', ({ statusCode = 0 }, socket) => {
      socket.destroy()
      resolve({ status: statusCode })
    })
    asking.once('response', (response) => {
      response.destroy()
      resolve({ status: response.statusCode ?? 0 })
    })
    asking.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve({ code }))
    asking.end()
  })
}
