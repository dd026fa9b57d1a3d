/** Chains that OpenSSL's own command has made, shown by real servers: the cause that the doctor names, and its cure. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TlsOptions } from '@penstock/core'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import { authority, isAuthority, isServer, rsa } from '../support/authority.ts'
import { type Certificate, daysFromNow } from '../support/certificates.ts'
import { servingTls } from '../support/loopback.ts'
import { needs } from '../support/needs.ts'
import { penstock } from '../support/penstock.ts'
import { examined } from './examined.ts'

vi.setConfig({ testTimeout: 60_000 })

const home = mkdtempSync(join(tmpdir(), 'penstock-chains-'))
const made: Record<string, Certificate> = {}

/** The server's certificate by the name of its own, what it sends, and what the client trusts besides the system. */
type Side = { readonly leaf: string; readonly sends?: readonly string[]; readonly trusts?: readonly string[] }

async function found({ leaf, sends = [], trusts }: Side, host = '127.0.0.1', more: TlsOptions = {}) {
  const cert = [leaf, ...sends].map((name) => made[name]!.cert).join('')
  // a server that is as careless as its certificate
  await using server = await servingTls({ cert, key: made[leaf]!.key, ciphers: 'DEFAULT:@SECLEVEL=0' })
  const ca = trusts?.map((name) => made[name]!.cert)
  const [tls] = (
    await examined({
      origin: server.origin.replace('127.0.0.1', host),
      tls: { ...(ca && { ca }), ...more },
      only: ['tls'],
      timeout: 20_000,
    })
  ).slice(-1)
  return tls!.findings.map(({ id }) => id)
}

const well = ['tls.good', 'tls.hello']

needs('openssl')('a chain', () => {
  beforeAll(() => {
    const issue = authority(home)
    const make = (name: string, facts: Parameters<typeof issue>[1]) => (made[name] = issue(name, facts))
    make('root', { subject: '/O=Acme/CN=Acme Root', extensions: isAuthority })
    make('mid', { subject: '/O=Acme/CN=Acme Mid', by: 'root', extensions: isAuthority })
    const over = { from: daysFromNow(-300), to: daysFromNow(-12.5) }
    make('mid-over', { subject: '/O=Acme/CN=Acme Mid', by: 'root', keyOf: 'mid', extensions: isAuthority, ...over })
    make('leaf', { subject: '/CN=leaf', by: 'mid' })
    make('leaf-over', { subject: '/CN=leaf', by: 'mid', ...over })
    make('leaf-elsewhere', { subject: '/CN=leaf', by: 'mid', extensions: ['subjectAltName=DNS:localhost'] })
    make('leaf-weak', { subject: '/CN=leaf', by: 'mid', algorithm: rsa(1024) })
    make('leaf-client', { subject: '/CN=leaf', by: 'mid', extensions: [...isServer, 'extendedKeyUsage=clientAuth'] })
    make('alone', { subject: '/CN=alone', extensions: isServer.slice(0, 2) })
    make('root-weak', { subject: '/O=Weak/CN=Weak Root', extensions: isAuthority, algorithm: rsa(1024) })
    make('leaf-of-weak', { subject: '/CN=leaf', by: 'root-weak' })
    make('root-anew', { subject: '/O=Acme/CN=Acme Root', extensions: isAuthority })
    make('leaf-anew', { subject: '/CN=leaf', by: 'root-anew' })
    make('no-authority', { subject: '/O=Acme/CN=Acme Shop', by: 'root', extensions: ['basicConstraints=CA:FALSE'] })
    make('leaf-of-none', { subject: '/CN=leaf', by: 'no-authority' })
  })
  afterAll(() => rmSync(home, { recursive: true }))

  it.each<[string, Side, string, Side]>([
    [
      'up to a private root that is sent along',
      { leaf: 'leaf', sends: ['mid', 'root'] },
      'tls.privateRoot',
      { leaf: 'leaf', sends: ['mid', 'root'], trusts: ['root'] },
    ],
    [
      'up to a private root that is not',
      { leaf: 'leaf', sends: ['mid'] },
      'tls.privateRoot',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'without a link, below a root that is trusted',
      { leaf: 'leaf', trusts: ['root'] },
      'tls.missingIntermediate',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'without a link, cured on this side',
      { leaf: 'leaf', trusts: ['root'] },
      'tls.missingIntermediate',
      { leaf: 'leaf', trusts: ['mid', 'root'] },
    ],
    [
      'of one certificate by nobody known',
      { leaf: 'leaf' },
      'tls.unknownAuthority',
      { leaf: 'leaf', trusts: ['mid', 'root'] },
    ],
    [
      'with a link that has expired',
      { leaf: 'leaf', sends: ['mid-over'], trusts: ['root'] },
      'tls.expiredLink',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'that has expired',
      { leaf: 'leaf-over', sends: ['mid'], trusts: ['root'] },
      'tls.expired',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    ['of one that signed itself', { leaf: 'alone' }, 'tls.selfSigned', { leaf: 'alone', trusts: ['alone'] }],
    [
      'with a key of 1024 bits',
      { leaf: 'leaf-weak', sends: ['mid'], trusts: ['root'] },
      'tls.weak',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'below an authority with a key of 1024 bits',
      { leaf: 'leaf-of-weak', trusts: ['root-weak'] },
      'tls.weak',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'below an authority that has made itself a new key',
      { leaf: 'leaf-anew', trusts: ['root'] },
      'tls.otherKey',
      { leaf: 'leaf-anew', trusts: ['root-anew'] },
    ],
    [
      'for clients',
      { leaf: 'leaf-client', sends: ['mid'], trusts: ['root'] },
      'tls.unfit',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
    [
      'signed by one that may not sign',
      { leaf: 'leaf-of-none', sends: ['no-authority'], trusts: ['root'] },
      'tls.unfit',
      { leaf: 'leaf', sends: ['mid'], trusts: ['root'] },
    ],
  ])('%s is known, and whole once it is mended', async (_, broken, cause, mended) => {
    expect(await found(broken)).toEqual([cause])
    expect(await found(mended)).toEqual(well)
  })

  it('for another name is known, and whole by either of its cures', async () => {
    const side = { leaf: 'leaf-elsewhere', sends: ['mid'], trusts: ['root'] }
    expect(await found(side)).toEqual(['tls.name'])
    expect(await found(side, 'localhost')).toEqual(expect.arrayContaining(well))
    expect(await found(side, '127.0.0.1', { serverName: 'localhost' })).toEqual(well)
  })

  it('without a pinned key is known', async () => {
    const side = { leaf: 'leaf', sends: ['mid'], trusts: ['root'] }
    expect(await found(side, '127.0.0.1', { pins: ['AAAA'] })).toEqual(['tls.pin'])
  })

  it('is told by what NODE_EXTRA_CA_CERTS adds, and cured by it', async () => {
    const { cert, key } = made['leaf']!
    await using server = await servingTls({ cert, key })
    const look = async (...names: readonly string[]) => {
      const file = join(home, 'extra.pem')
      writeFileSync(file, names.map((name) => made[name]!.cert).join(''))
      const env = { HOME: home, NODE_EXTRA_CA_CERTS: file }
      const { out } = await penstock(['doctor', server.origin, 'tls', '--json'], { env })
      return JSON.parse(out)
        .checks.at(-1)
        .findings.map(({ id }: { id: string }) => id)
    }
    expect(await look('root')).toEqual(['tls.missingIntermediate'])
    expect(await look('root', 'mid')).toEqual(well)
  })
})
