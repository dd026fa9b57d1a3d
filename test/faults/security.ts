/** Faults of TLS, and of certificates. */
import type https from 'node:https'
import { certificate, daysFromNow } from '../support/certificates.ts'
import { type Loopback, servingTls } from '../support/loopback.ts'
import { json } from './connecting.ts'
import type { Fault, Setting } from './fault.ts'
import { at, scene } from './scene.ts'
import { relaying } from './servers.ts'

/** A server, and another that stands in its place once it was mended. */
async function mended(broken: https.ServerOptions, mend: https.ServerOptions, setting: Partial<Setting>) {
  const servers = [await servingTls(broken, json), await servingTls(mend, json)] as [Loopback, Loopback]
  let [{ port }] = servers
  const relay = await relaying(
    () => port,
    () => false,
  )
  const faulty = { origin: relay.origin, ...setting }
  return scene([relay, ...servers], faulty, () => {
    port = servers[1].port
    return faulty
  })
}

export const security: readonly Fault[] = [
  {
    number: 8,
    name: 'expired certificate',
    how: 'a certificate that was valid until yesterday',
    cause: 'certificate-expired',
    change: 'a renewed certificate on the server',
    named: /expired/i,
    mends: /renew/i,
    arrange: async () => {
      const old = await certificate({ ip: '127.0.0.1' }, daysFromNow(-30), daysFromNow(-1))
      const fresh = await certificate({ ip: '127.0.0.1' })
      return mended(old, fresh, { tls: { ca: [old.cert, fresh.cert] } })
    },
  },
  {
    number: 9,
    name: 'certificate for another name',
    how: 'a trusted certificate for ocr.example.com alone',
    cause: 'certificate-name',
    change: 'tls({ serverName }) as in the certificate',
    named: /not for|altnames|does not match|other name|no alternative certificate subject name/i,
    mends: /serverName|by a name/i,
    arrange: async () => {
      const own = await certificate({ name: 'ocr.example.com' })
      const tls = { ca: own.cert }
      return at(await servingTls(own, json), { tls }, { tls: { ...tls, serverName: 'ocr.example.com' } })
    },
  },
  {
    number: 10,
    name: 'self-signed certificate',
    how: 'a certificate that nobody was told to trust',
    cause: 'certificate-self-signed',
    change: 'tls({ ca })',
    named: /self[- ]signed/i,
    mends: /\bca\b|cacert/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      return at(await servingTls(own, json), {}, { tls: { ca: own.cert } })
    },
  },
  {
    number: 11,
    name: 'old TLS version',
    how: 'a server of TLS 1.1 at most',
    cause: 'tls-version',
    change: 'TLS 1.2 on the server',
    named: /version/i,
    mends: /1\.2/,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const old = { ...own, minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' } as const
      return mended(old, { ...own, maxVersion: 'TLSv1.2' }, { tls: { ca: own.cert } })
    },
  },
  {
    number: 12,
    name: 'no cipher in common',
    how: 'one cipher is offered, and the server has another',
    cause: 'tls-cipher',
    change: 'tls({ ciphers }) is dropped',
    named: /cipher/i,
    mends: /cipher/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = await servingTls({ ...own, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384' }, json)
      const narrow = { ca: own.cert, maxVersion: 'TLSv1.2', ciphers: 'ECDHE-ECDSA-AES128-GCM-SHA256' } as const
      return at(server, { tls: narrow }, { tls: { ca: own.cert, maxVersion: 'TLSv1.2' } })
    },
  },
  {
    number: 13,
    name: 'reset at the ClientHello',
    how: 'what stands in between resets a ClientHello that fills more than one packet',
    cause: 'client-hello-cut',
    change: "tls({ groups: 'X25519:P-256' })",
    named: /ClientHello/i,
    mends: /groups|curves/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = await servingTls(own, json)
      const relay = await relaying(
        () => server.port,
        ({ client, first }) => {
          if (first.length > 1400) client.resetAndDestroy()
          return first.length > 1400
        },
      )
      const tls = { ca: own.cert }
      return scene([relay, server], { origin: relay.origin, tls }, { tls: { ...tls, groups: 'X25519:P-256' } })
    },
  },
  {
    number: 29,
    name: 'http to a TLS port',
    how: 'an http origin, and a server of https',
    cause: 'http-to-tls-port',
    change: 'https in origin',
    named: /speaks TLS|HTTPS port/i,
    mends: /https/,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = await servingTls(own, json)
      const tls = { ca: own.cert }
      return at(server, { tls, origin: server.origin.replace('https', 'http') }, { origin: server.origin })
    },
  },
  {
    number: 30,
    name: 'client certificate required',
    how: 'a server that takes only who shows a certificate',
    cause: 'client-certificate',
    change: 'tls({ cert, key })',
    named: /certificate required|client certificate/i,
    mends: /\bcert\b.*key/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const mine = await certificate({ name: 'me' })
      const server = await servingTls({ ...own, requestCert: true, rejectUnauthorized: true, ca: mine.cert }, json)
      const tls = { ca: own.cert }
      return at(server, { tls }, { tls: { ...tls, cert: mine.cert, key: mine.key } })
    },
  },
]
