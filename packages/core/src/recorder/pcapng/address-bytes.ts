import net from 'node:net'

/** An IP address as it stands in a header: 4 or 16 bytes. A zone is left out. */
export function addressBytes(address: string): Buffer {
  const [bare = ''] = address.split('%')
  if (net.isIPv4(bare)) return Buffer.from(bare.split('.').map(Number))
  const [head = '', tail] = bare.split('::')
  const left = groups(head)
  const right = groups(tail ?? '')
  return Buffer.concat([left, Buffer.alloc(Math.max(0, 16 - left.length - right.length)), right])
}

/** `fe80:1`, or `ffff:10.0.0.1`. */
const groups = (text: string): Buffer =>
  Buffer.concat(
    text === '' ? [] : text.split(':').map((group) => (group.includes('.') ? addressBytes(group) : hex(group))),
  )

const hex = (group: string): Buffer => Buffer.from(group.padStart(4, '0'), 'hex')
