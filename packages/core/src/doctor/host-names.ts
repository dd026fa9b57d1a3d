import { promises as dns } from 'node:dns'

export type NetworkAddress = { readonly address: string; readonly family: number }

/** Where the addresses of a host come from. */
export type HostNames = {
  /** As every program of this machine gets them, the hosts file included. Rejects with Node's code. */
  readonly lookup: (host: string) => Promise<readonly NetworkAddress[]>
  /** What the name servers say, past the hosts file; rejects where none answers. */
  readonly resolve: (host: string) => Promise<readonly string[]>
  readonly hostsFile: string
}

/** @param servers to ask in place of the system's: `127.0.0.1:5353` */
export const hostNames = (servers?: readonly string[]): HostNames => ({
  lookup: (host) => dns.lookup(host, { all: true }),
  async resolve(host) {
    const resolver = new dns.Resolver({ timeout: 1500, tries: 1 })
    if (servers !== undefined) resolver.setServers(servers)
    const answers = await Promise.allSettled([resolver.resolve4(host), resolver.resolve6(host)])
    const addresses = answers.flatMap((answer) => (answer.status === 'fulfilled' ? answer.value : []))
    if (addresses.length === 0 && answers[0]?.status === 'rejected') throw answers[0].reason
    return addresses
  },
  hostsFile:
    process.platform === 'win32' ? `${process.env['SystemRoot']}\\System32\\drivers\\etc\\hosts` : '/etc/hosts',
})
