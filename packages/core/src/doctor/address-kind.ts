import { BlockList, isIPv6 } from 'node:net'

const ranges = (...subnets: readonly (readonly [net: string, prefix: number, type: 'ipv4' | 'ipv6'])[]): BlockList => {
  const list = new BlockList()
  for (const [net, prefix, type] of subnets) list.addSubnet(net, prefix, type)
  return list
}

const kinds = {
  fake: ranges(['198.18.0.0', 15, 'ipv4']),
  sink: ranges(['0.0.0.0', 8, 'ipv4'], ['127.0.0.0', 8, 'ipv4'], ['::', 127, 'ipv6']),
} as const

/** `fake`: what a proxy program hands out in place of true addresses. `sink`: this machine itself. */
export const addressKind = (address: string): keyof typeof kinds | 'true' =>
  (['fake', 'sink'] as const).find((kind) => kinds[kind].check(address, isIPv6(address) ? 'ipv6' : 'ipv4')) ?? 'true'
