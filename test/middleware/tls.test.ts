import { client, pipeline, plainWire } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { tls, type TlsLayerOptions } from '@penstock/middleware'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => void vi.unstubAllEnvs())
const { cert } = await generate([{ name: 'commonName', value: 'x' }])

function set(options?: TlsLayerOptions) {
  const transport = scriptedTransport(replies(200))
  const stack = pipeline([tls(options)], transport)
  return { transport, stack, http: client({ pipeline: stack, origin: 'https://api.example.com' }) }
}

describe('tls', () => {
  it('asks for TLS 1.2 at least, by the same frozen object for every call', async () => {
    const { http, transport } = set()
    await http.get('/')
    await http.get('/')
    const [one, other] = transport.calls.map(({ wire }) => wire)
    expect(one).toEqual({ ...plainWire, tls: { minVersion: 'TLSv1.2' } })
    expect(other).toBe(one)
    expect(Object.isFrozen(one) && Object.isFrozen(one!.tls)).toBe(true)
  })

  it('hands its options on, inner ones winning nothing over them', async () => {
    const transport = scriptedTransport(replies(200))
    const stack = pipeline(
      [tls({ ca: cert, ciphers: 'A', name: 'outer' }), tls({ minVersion: 'TLSv1.3', ciphers: 'B' })],
      transport,
    )
    await client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')
    expect(transport.calls[0]!.wire.tls).toEqual({ minVersion: 'TLSv1.3', ca: cert, ciphers: 'B' })
  })

  it('shows in the plan what is not usual', () => {
    expect(String(set({ ca: cert, cert, key: 'k', pins: ['A'.repeat(43) + '='] }).stack.plan())).toBe(
      'tls(≥ 1.2, own ca, client certificate, pinned) → scripted',
    )
  })

  it.each<[string, object, string]>([
    ['an old version', { minVersion: 'TLSv1.1' }, 'tls(): minVersion must be TLSv1.2 or TLSv1.3'],
    ['an old last version', { maxVersion: 'TLSv1' }, 'tls(): maxVersion must be TLSv1.2 or TLSv1.3'],
    [
      'versions in the wrong order',
      { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
      'tls(): minVersion is above maxVersion',
    ],
    [
      'a switch for verification',
      { rejectUnauthorized: false },
      'tls(): rejectUnauthorized is no option: verification stays on; trust a private server by ca or pins',
    ],
    [
      'a check of one’s own',
      { checkServerIdentity: () => undefined },
      'tls(): checkServerIdentity is no option: verification stays on; trust a private server by ca or pins',
    ],
    ['a pin that is none', { pins: ['abc'] }, 'tls(): each of pins must be a SHA-256 in base64'],
    ['a ca that is no PEM', { ca: [cert, 'path/to/ca.pem'] }, 'tls(): ca and cert must be certificates in PEM'],
    ['a cert that is no PEM', { cert: 'x' }, 'tls(): ca and cert must be certificates in PEM'],
  ])('refuses to be made with %s', (_, options, message) => {
    expect(() => tls(options as TlsLayerOptions)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  it('says that NODE_TLS_REJECT_UNAUTHORIZED has no effect, where TLS is spoken', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { http } = set()
    expect((await http.get('/')).ledger.notes!.map(({ kind }) => kind.id)).toEqual(['tls.ignored'])
    expect((await http.get('http://api.example.com/')).ledger.notes).toBeUndefined()
  })
})
