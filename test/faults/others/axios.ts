import axios from 'axios'
import { agents } from './got.ts'
import { type Other, staged } from './other.ts'

export const axiosOther = (version: string): Other => ({
  name: 'axios',
  version,
  can: () => true,
  async call(setting) {
    const { method = 'GET', headers, bytes, timeout, origin, follows = false, env, proxy, transport = {} } = setting
    const { proxy: _, ...direct } = setting
    const agent = agents(direct)
    const by = proxy && new URL(proxy.url)
    Object.assign(process.env, env)
    const time = timeout ?? transport.connectTimeout
    try {
      return await staged(setting, async (path, signal, bounded) => {
        const reply = await axios.request({
          url: origin + path,
          method,
          httpAgent: agent.http,
          httpsAgent: agent.https,
          maxRedirects: follows ? 10 : 0,
          ...(by && {
            proxy: {
              protocol: by.protocol,
              host: by.hostname,
              port: Number(by.port),
              ...(proxy?.user !== undefined && { auth: { username: proxy.user, password: proxy.password! } }),
            },
          }),
          ...(headers && { headers }),
          ...(bytes && { data: bytes }),
          ...(bounded && time && { timeout: time }),
          ...(signal && { signal }),
        })
        return reply.data
      })
    } finally {
      for (const name of Object.keys(env ?? {})) delete process.env[name]
      agent.http.destroy()
      agent.https.destroy()
    }
  },
})
