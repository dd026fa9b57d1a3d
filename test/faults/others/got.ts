import http from 'node:http'
import https from 'node:https'
import got from 'got'
import type { Setting } from '../fault.ts'
import { connectOptions } from './connect.ts'
import { type Other, staged } from './other.ts'

/** Without its retries, so that its message is of the fault. */
export const gotOther = (version: string): Other => ({
  name: 'got',
  version,
  // it knows no proxy, of the environment or another
  can: ({ env }) => env === undefined,
  async call(setting) {
    const { method = 'GET', headers, bytes, timeout, transport = {}, follows = false, origin } = setting
    const agent = agents(setting)
    const times = {
      ...(timeout && { request: timeout }),
      ...(transport.connectTimeout && { connect: transport.connectTimeout, secureConnect: transport.connectTimeout }),
    }
    const { lookup } = connectOptions(setting)
    try {
      return await staged(setting, async (path, signal, bounded) => {
        const reply = await got(origin + path, {
          method,
          retry: { limit: 0 },
          followRedirect: follows,
          agent,
          ...(headers && { headers }),
          ...(bytes && { body: bytes }),
          ...(bounded && { timeout: times }),
          ...(signal && { signal }),
          ...(lookup && { dnsLookup: lookup }),
        })
        return JSON.parse(reply.body)
      })
    } finally {
      agent.http.destroy()
      agent.https.destroy()
    }
  },
})

/** Node's agents, which a proxy can be given to. */
export function agents(setting: Setting) {
  const { transport: { connections } = {}, proxy } = setting
  const by = proxy && new URL(proxy.url)
  if (by && proxy?.user !== undefined) [by.username, by.password] = [proxy.user, proxy.password!]
  const options = {
    keepAlive: true,
    ...(connections && { maxSockets: connections }),
    ...(by && { proxyEnv: { HTTPS_PROXY: by.href, HTTP_PROXY: by.href } }),
    ...connectOptions(setting),
  }
  return { http: new http.Agent(options), https: new https.Agent(options) }
}
