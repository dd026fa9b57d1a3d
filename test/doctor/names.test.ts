/** Names, looked up over real sockets: by a name server of our own, and by the system's resolver in a network of its own. */
import { execFileSync, spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { CheckResult, HostNames } from '@penstock/core/doctor'
import { describe, expect, it } from 'vitest'
import { hostNames } from '../../packages/core/src/doctor/host-names.ts'
import { nameServer, type Zone } from '../support/name-server.ts'
import { examined, gist } from './examined.ts'
import { temporaryFolder } from './temporary-folder.ts'

const zone: Zone = {
  'both.example': ['192.0.2.1', '2001:db8::1'],
  'six.example': ['2001:db8::1'],
  'bare.example': [],
  'broken.example': 'SERVFAIL',
  'closed.example': 'REFUSED',
  'silent.example': 'silence',
}

describe('the name servers, asked directly', () => {
  it.each([
    ['both.example', ['192.0.2.1', '2001:db8::1']],
    ['six.example', ['2001:db8::1']],
    ['bare.example', 'ENODATA'],
    ['missing.example', 'ENOTFOUND'],
    ['broken.example', 'ESERVFAIL'],
    ['closed.example', 'EREFUSED'],
    ['silent.example', 'ETIMEOUT'],
  ])('tell of %s what they know', async (host, told) => {
    await using server = await nameServer(zone)
    const resolving = hostNames([server.address]).resolve(host)
    expect(await resolving.catch(({ code }: NodeJS.ErrnoException) => code)).toEqual(told)
    expect(new Set(server.asked)).toEqual(new Set([host]))
  })

  it('say more than the one code of the system', async () => {
    await using server = await nameServer(zone)
    const again = Object.assign(new Error('EAI_AGAIN'), { code: 'EAI_AGAIN' })
    const names: HostNames = { ...hostNames([server.address]), lookup: () => Promise.reject(again) }
    const found = async (host: string) =>
      (await examined({ origin: `https://${host}`, names, only: ['dns'] }))[0]?.findings[0]?.id

    expect(await found('broken.example')).toBe('dns.serverFails')
    expect(await found('closed.example')).toBe('dns.serverRefuses')
    expect(await found('both.example')).toBe('dns.systemFails')
    expect(await found('silent.example')).toBe('dns.serversDown')
  })
})

const isolated = ['--map-root-user', '--mount', '--net']
const possible = spawnSync('unshare', [...isolated, 'ip', 'link', 'set', 'lo', 'up']).status === 0

describe.runIf(possible)('the resolver of the system, in a network of its own', () => {
  const script = join(import.meta.dirname, 'names-in-a-namespace.ts')
  const there: Zone = {
    ...zone,
    'here.example': ['127.0.0.1'],
    'pinned.example': ['192.0.2.7'],
    'half.example': ['127.0.0.1', '2001:db8::1'],
    'fake.example': ['198.18.0.7'],
  }
  const origins = Object.keys({ ...there, 'missing.example': '' }).filter((host) => !/both|six/.test(host))

  const look = async (): Promise<Readonly<Record<string, readonly CheckResult[]>>> => {
    await using folder = temporaryFolder()
    const [resolv, hosts] = [join(folder.path, 'resolv.conf'), join(folder.path, 'hosts')]
    writeFileSync(resolv, 'nameserver 127.0.0.1\noptions timeout:1 attempts:1\n')
    writeFileSync(hosts, '127.0.0.1 localhost\n127.0.0.1 pinned.example\n')
    const node = `'${process.execPath}' --conditions=source '${script}' "$1"`
    const inside = `ip link set lo up; mount --bind '${resolv}' /etc/resolv.conf; mount --bind '${hosts}' /etc/hosts; ${node}`
    const given = JSON.stringify([there, origins.map((host) => `http://${host}`)])
    const told = execFileSync('unshare', [...isolated, 'sh', '-c', inside, 'sh', given], { encoding: 'utf8' })
    const results = JSON.parse(told) as readonly CheckResult[][]
    return Object.fromEntries(origins.map((host, nth) => [host, results[nth]!]))
  }

  it('is understood in all that it can say', { timeout: 60_000 }, async () => {
    const results = await look()
    const told = Object.fromEntries(Object.entries(results).map(([host, found]) => [host, gist(found)]))

    expect(told).toEqual({
      'here.example': ['dns warn dns.found dns.sink', 'tcp ok tcp.open'],
      'pinned.example': ['dns warn dns.found dns.sink dns.pinned', 'tcp ok tcp.open'],
      'half.example': ['dns warn dns.found dns.sink', 'tcp warn tcp.open tcp.closed'],
      'fake.example': ['dns warn dns.found dns.fake', 'tcp fail tcp.unreached'],
      'missing.example': ['dns fail dns.missing', 'tcp skip because of dns'],
      'bare.example': ['dns fail dns.noAddress', 'tcp skip because of dns'],
      'broken.example': ['dns fail dns.serverFails', 'tcp skip because of dns'],
      'closed.example': ['dns fail dns.serverRefuses', 'tcp skip because of dns'],
      'silent.example': ['dns fail dns.serversDown', 'tcp skip because of dns'],
    })
    expect(results['pinned.example']?.[0]?.findings.map(({ en }) => en)).toEqual([
      'pinned.example → 127.0.0.1 (by the hosts file)',
      expect.stringContaining('this machine itself'),
      'line 2 of /etc/hosts pins pinned.example to 127.0.0.1, and DNS says 192.0.2.7: a pin that grows old',
    ])
    expect(results['half.example']?.[1]?.findings[1]?.en).toBe('2001:db8::1 (IPv6) is not reached: ENETUNREACH')
  })
})
