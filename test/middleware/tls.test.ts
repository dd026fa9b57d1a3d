import { createPrivateKey } from 'node:crypto'
import { client, pipeline, plainWire, Secret } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { tls, type TlsLayerOptions } from '@penstock/middleware'
import { generate } from 'selfsigned'
import { afterEach, describe, expect, it, vi } from 'vitest'

afterEach(() => void vi.unstubAllEnvs())
const { cert, private: key } = await generate([{ name: 'commonName', value: 'x' }])
const { private: otherKey } = await generate([{ name: 'commonName', value: 'y' }])
const broken = '-----BEGIN CERTIFICATE-----\nnot one\n-----END CERTIFICATE-----\n'
const pin = 'A'.repeat(43) + '='

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

  it('gives the same object for each of several that come by turns, so that their pools are found', async () => {
    const transport = scriptedTransport(replies(200))
    const wires = [{ tls: { serverName: 'a' } }, { tls: { serverName: 'b' } }]
    const turns = [0, 1, 0, 1].map((turn) => wires[turn]!)
    const stack = pipeline([(call, next) => next(call.withWire(turns.shift()!)), tls()], transport)
    const http = client({ pipeline: stack, origin: 'https://api.example.com' })
    while (turns.length > 0) await http.get('/')
    const [one, other, ...again] = transport.calls.map(({ wire }) => wire)
    expect([one!, other!].map((wire) => wire.tls!.serverName)).toEqual(['a', 'b'])
    expect([again[0] === one, again[1] === other]).toEqual([true, true])
  })

  it('hands its options on, inner ones winning nothing over them', async () => {
    const transport = scriptedTransport(replies(200))
    const stack = pipeline(
      [
        tls({ ca: cert, ciphers: 'ECDHE-RSA-AES128-GCM-SHA256', name: 'outer' }),
        tls({ minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256' }),
      ],
      transport,
    )
    await client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')
    expect(transport.calls[0]!.wire.tls).toEqual({ minVersion: 'TLSv1.3', ca: cert, ciphers: 'TLS_AES_128_GCM_SHA256' })
  })

  it('takes nothing that an outer one asks for away by not saying it', async () => {
    const transport = scriptedTransport(replies(200))
    const inner = { ca: undefined, minVersion: undefined } as object
    const stack = pipeline([tls({ ca: cert, minVersion: 'TLSv1.3', name: 'outer' }), tls(inner)], transport)
    await client({ pipeline: stack, origin: 'https://api.example.com' }).get('/')
    expect(transport.calls[0]!.wire.tls).toEqual({ minVersion: 'TLSv1.3', ca: cert })
    expect(String(stack.plan())).toBe('outer(≥ 1.3, own ca) → tls(≥ 1.2) → scripted')
  })

  it('shows in the plan what is not usual', () => {
    expect(String(set({ ca: cert, cert, key, pins: [pin] }).stack.plan())).toBe(
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
    ['a pin of another length', { pins: ['AAAA'] }, 'tls(): each of pins must be a SHA-256 in base64'],
    ['a pin that is none', { pins: ['abc'] }, 'tls(): each of pins must be a SHA-256 in base64'],
    [
      'a pin that can match nothing',
      { pins: [pin, 'A'.repeat(43)] },
      'tls(): each of pins must be a SHA-256 in base64',
    ],
    ['no pin at all', { pins: [] }, 'tls(): pins is empty, and would match nothing: leave it out or give one'],
    ['no ca at all', { ca: [] }, 'tls(): ca is empty, and would trust nobody: leave it out or give one'],
    ['a ca that is no PEM', { ca: [cert, 'path/to/ca.pem'] }, 'tls(): ca must be certificates in PEM'],
    ['a ca that is broken', { ca: [cert, cert + broken] }, 'tls(): ca must be certificates in PEM'],
    ['a ca that is cut off', { ca: cert + cert.slice(0, 200) }, 'tls(): ca must be certificates in PEM'],
    ['an empty ca', { ca: '' }, 'tls(): ca must be certificates in PEM'],
    ['a cert that is no PEM', { cert: 'x', key }, 'tls(): cert must be certificates in PEM'],
    ['a cert without its key', { cert }, 'tls(): cert and key go together: give both'],
    ['a key without its cert', { key }, 'tls(): cert and key go together: give both'],
    [
      'a key that is none',
      { cert, key: new Secret('key', 'canary') },
      'tls(): OpenSSL cannot use cert, key, passphrase, ciphers or groups: ERR_OSSL_UNSUPPORTED',
    ],
    [
      'the key of another cert',
      { cert, key: otherKey },
      'tls(): OpenSSL cannot use cert, key, passphrase, ciphers or groups: ERR_OSSL_X509_KEY_VALUES_MISMATCH',
    ],
    [
      'ciphers that do not exist',
      { ciphers: 'A' },
      'tls(): OpenSSL cannot use cert, key, passphrase, ciphers or groups: ERR_SSL_NO_CIPHER_MATCH',
    ],
    [
      'groups that do not exist',
      { groups: 'A' },
      'tls(): OpenSSL cannot use cert, key, passphrase, ciphers or groups: ERR_CRYPTO_OPERATION_FAILED',
    ],
  ])('refuses to be made with %s', (_, options, message) => {
    expect(() => tls(options as TlsLayerOptions)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })

  it.each(['rejectUnauthorized', 'checkServerIdentity', 'secureContext', 'requestCert'])(
    'refuses %s, by which verification could be turned off',
    (option) => {
      expect(() => tls({ [option]: false })).toThrow(
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: `tls(): ${option} is no option: verification stays on; trust a private server by ca or pins`,
        }),
      )
    },
  )

  it('asks for TLS 1.2 at most', async () => {
    const { http, transport } = set({ maxVersion: 'TLSv1.2' })
    await http.get('/')
    expect(transport.calls[0]!.wire.tls).toEqual({ minVersion: 'TLSv1.2', maxVersion: 'TLSv1.2' })
  })

  it('takes a client certificate, its encrypted key as a secret, and a bundle with remarks', () => {
    const encrypted = createPrivateKey(key).export({
      type: 'pkcs8',
      format: 'pem',
      cipher: 'aes-256-cbc',
      passphrase: 'p',
    })
    const options = { cert, key: new Secret('key', String(encrypted)), groups: 'X25519:P-256' }
    const ca = `# ours\n${cert}\n# the same, its key beside it\n${cert}\n${key}`
    expect(tls({ ...options, ca, passphrase: new Secret('passphrase', 'p') }).name).toBe('tls')
    expect(() => tls({ ...options, passphrase: new Secret('passphrase', 'wrong') })).toThrow('ERR_OSSL_BAD_DECRYPT')
  })

  it('says that NODE_TLS_REJECT_UNAUTHORIZED has no effect, where TLS is spoken', async () => {
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    const { http } = set()
    expect((await http.get('/')).ledger.notes!.map(({ kind }) => kind.id)).toEqual(['tls.ignored'])
    expect((await http.get('http://api.example.com/')).ledger.notes).toBeUndefined()
  })
})
