import { client, pipeline, Secret } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { direct } from '@penstock/middleware'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

const variables = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY']

beforeEach(() => {
  for (const name of variables.flatMap((name) => [name, name.toLowerCase()])) vi.stubEnv(name, undefined)
})
afterEach(() => void vi.unstubAllEnvs())

async function get(headers: Record<string, string | Secret> = {}) {
  const transport = scriptedTransport(replies(200))
  const http = client({ pipeline: pipeline([direct()], transport), origin: 'https://api.example.com' })
  const reply = await http.get('/', { headers })
  return {
    sent: transport.calls[0]!.headers,
    notes: (reply.ledger.notes ?? []).map(({ kind, facts }) => [kind.id, facts]),
    story: reply.explain(),
  }
}

describe('direct', () => {
  it('takes off what only a proxy is told, and says so', async () => {
    const credential = { 'Proxy-Authorization': new Secret('p', 'canary') }
    const connection = { 'proxy-connection': 'keep-alive' }
    for (const [told, headers] of [
      [{ ...credential, ...connection }, 'proxy-authorization, proxy-connection'],
      [credential, 'proxy-authorization'],
      [connection, 'proxy-connection'],
    ] as const) {
      const { sent, notes } = await get({ ...told, accept: 'x' })
      expect({ sent, notes }).toEqual({ sent: { accept: 'x' }, notes: [['direct.stripped', { headers }]] })
    }
  })

  it('says which proxy variables have no effect, by name alone', async () => {
    vi.stubEnv('all_proxy', 'http://canary')
    vi.stubEnv('HTTPS_PROXY', 'http://user:canary@proxy.example:1')
    vi.stubEnv('HTTP_PROXY', '')
    const { notes, story } = await get()
    expect(notes).toEqual([['direct.ignored', { variables: 'HTTPS_PROXY, all_proxy' }]])
    expect(story).not.toContain('canary')
  })

  it('has nothing to say when there is nothing to ignore', async () => {
    expect(await get({ accept: 'x' })).toMatchObject({ sent: { accept: 'x' }, notes: [] })
  })
})
