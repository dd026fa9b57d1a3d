/** What a chain of certificates says beyond Node's code for it. */
import { describe, expect, it } from 'vitest'
import { daysLeft, interceptor, notYet, untrustedBecause } from '../../packages/core/src/doctor/chain-flaws.ts'
import type { CertificateFacts, TlsFacts } from '../../packages/core/src/recorder/tls-facts.ts'

const certificate = (facts: Partial<CertificateFacts>): CertificateFacts => ({
  subject: 'CN=a.example',
  issuer: 'CN=b',
  names: 'DNS:a.example',
  validFrom: 'Jan  1 00:00:00 2026 GMT',
  validTo: 'Dec 31 00:00:00 2026 GMT',
  fingerprint256: 'AA',
  ...facts,
})
const facts = (...chain: Partial<CertificateFacts>[]): TlsFacts => ({
  protocol: undefined,
  cipher: undefined,
  group: undefined,
  alpn: undefined,
  serverName: undefined,
  resumed: false,
  chain: chain.map(certificate),
})

const root = { subject: 'C=US, O=DigiCert Inc, CN=Root', issuer: 'C=US, O=DigiCert Inc, CN=Root' }

describe('a chain that leads to nobody', () => {
  it.each([
    [
      'an authority of its own',
      facts({ issuer: 'CN=Mine' }, { subject: 'CN=Mine', issuer: 'CN=Mine' }),
      'private-root',
    ],
    [
      'a link of a known organisation that was left out',
      facts({ issuer: 'C=US, O=DigiCert Inc, CN=DigiCert G5 TLS' }),
      'missing-intermediate',
    ],
    ['one of Let’s Encrypt', facts({ issuer: "C=US, O=Let's Encrypt, CN=R11" }), 'missing-intermediate'],
    [
      'links up to an authority that nobody knows',
      facts({ subject: 'CN=a', issuer: 'CN=Mid' }, { subject: 'CN=Mid', issuer: 'CN=Mine' }),
      'private-root',
    ],
    ['a name that is trusted, and another key', facts({ issuer: 'C=US, O=DigiCert Inc, CN=Root' }), 'other-key'],
    ['a root with a name that is trusted', facts({}, root), 'other-key'],
    ['an issuer whom nobody knows', facts({ issuer: 'O=Acme Private, CN=Acme Issuing 1' }), 'unknown-authority'],
    ['nothing shown', facts(), 'unknown-authority'],
  ] as const)('for %s', (_, shown, why) => {
    expect(untrustedBecause(shown, [root.subject, 'CN=nameless'])).toBe(why)
  })
})

describe('who opens TLS on its way', () => {
  it.each([
    ['O=Zscaler Inc., CN=Zscaler Intermediate Root CA', true],
    ['O=Fortinet, CN=FG100E', true],
    ['CN=mitmproxy, O=mitmproxy', true],
    ['CN=深信服 SSL', true],
    ['O=360 Security, CN=360 Root CA', true],
    ['C=US, O=DigiCert Inc, CN=DigiCert G5 TLS', false],
    ['O=GlobalSign, CN=GlobalSign RSA OV SSL CA 2018', false],
  ])('%s', (issuer, opens) => {
    expect(interceptor(facts({ issuer }))).toBe(opens ? issuer : undefined)
  })
})

describe('the dates of a chain', () => {
  const now = Date.parse('2026-12-01T00:00:00Z')

  it('are those of the certificate that ends first', () => {
    const shown = facts({}, { subject: 'CN=between', validTo: 'Dec 10 12:00:00 2026 GMT' })
    expect(daysLeft(shown, now)).toEqual({ days: 9, subject: 'CN=between' })
    expect(daysLeft(facts(), now)).toBeUndefined()
  })

  it('tell the one that has not begun', () => {
    expect(notYet(facts({}, { subject: 'CN=new', validFrom: 'Dec 2 00:00:00 2026 GMT' }), now)?.subject).toBe('CN=new')
    expect(notYet(facts({}), now)).toBeUndefined()
  })
})
