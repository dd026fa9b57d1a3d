import { Agent, EnvHttpProxyAgent, interceptors, Pool, ProxyAgent, request } from 'undici'
import type { Setting } from '../fault.ts'
import { connectOptions } from './connect.ts'
import { type Other, staged } from './other.ts'

export const undiciOther = (version: string): Other => ({
  name: 'undici',
  version,
  can: () => true,
  async call(setting) {
    const { method = 'GET', headers, bytes, timeout, origin, follows } = setting
    const dispatcher = dispatcherOf(setting)
    const through = follows
      ? dispatcher.compose(interceptors.redirect({ maxRedirections: 10, throwOnMaxRedirect: true }))
      : dispatcher
    const decoding = through.compose(interceptors.decompress())
    try {
      return await staged(setting, async (path, signal, bounded) => {
        const reply = await request(origin + path, {
          method,
          dispatcher: decoding,
          ...(headers && { headers }),
          ...(bytes && { body: bytes }),
          ...(bounded && timeout && { headersTimeout: timeout, bodyTimeout: timeout }),
          ...(signal && { signal }),
        })
        const value = await reply.body.json()
        // it says nothing of a status unless told to
        if (reply.statusCode >= 400) throw new Error(`Response status code ${reply.statusCode}`)
        return value
      })
    } finally {
      await dispatcher.destroy()
    }
  },
})

function dispatcherOf(setting: Setting): Agent | ProxyAgent | EnvHttpProxyAgent {
  const { transport: { connections, connectTimeout, http2 } = {}, proxy, env } = setting
  const connect = { ...connectOptions(setting), ...(connectTimeout && { timeout: connectTimeout }) }
  const shared = { allowH2: http2 === true, ...(connections && { connections }) }
  if (proxy !== undefined) {
    const { url, user, password } = proxy
    const token = user === undefined ? {} : { token: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` }
    return new ProxyAgent({ uri: url, requestTls: connect, ...token } as ProxyAgent.Options)
  }
  if (env !== undefined) {
    const { http_proxy: httpProxy, no_proxy: noProxy } = env
    return new EnvHttpProxyAgent({ httpProxy: httpProxy!, ...(noProxy && { noProxy }) })
  }
  return new Agent({ ...shared, connect, factory: (origin, options) => new Pool(origin, options) } as Agent.Options)
}
