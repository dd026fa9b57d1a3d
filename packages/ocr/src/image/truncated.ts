const numbers = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)

/** A PNG is a row of chunks, `length type data crc`, and the last is IEND. */
const png = (bytes: Uint8Array) => {
  const view = numbers(bytes)
  const end = 0x49_45_4e_44
  let at = 8
  while (at + 12 <= bytes.length) {
    if (view.getUint32(at + 4) === end) return undefined
    at += 12 + view.getUint32(at)
  }
  return 'IEND'
}

/** A JPEG ends with FF D9. One may also stand in a thumbnail before the scan (FF DA), so only those after it count. */
const jpg = (bytes: Uint8Array) => {
  const view = numbers(bytes)
  let at = 2
  while (at + 4 <= bytes.length && bytes[at] === 0xff && bytes[at + 1] !== 0xda)
    at += bytes[at + 1] === 0xff ? 1 : 2 + view.getUint16(at + 2)
  const last = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).lastIndexOf('ffd9', undefined, 'hex')
  return last > at ? undefined : 'EOI (FF D9)'
}

/** A BMP says in its header how long it is; some writers leave 0 there. */
const bmp = (bytes: Uint8Array) => {
  if (bytes.length < 26) return '26 bytes of header'
  const announced = numbers(bytes).getUint32(2, true)
  return bytes.length < announced ? `${announced} bytes` : undefined
}

const ends = { png, jpg, bmp } as const

/** What a file that was cut off lacks, or undefined when it is whole or of a format that is not checked. */
export const truncated = (bytes: Uint8Array, format: string): string | undefined =>
  ends[format as keyof typeof ends]?.(bytes)

/** The format that the first bytes claim, among those whose end can be checked. */
export const claimed = (bytes: Uint8Array): keyof typeof ends | undefined => {
  if (bytes[0] === 0x89 && bytes[1] === 0x50 && bytes[2] === 0x4e && bytes[3] === 0x47) return 'png'
  if (bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff) return 'jpg'
  // two letters alone would make a BMP of many a text
  if (bytes[0] === 0x42 && bytes[1] === 0x4d && bytes[6] === 0 && bytes[7] === 0) return 'bmp'
  return undefined
}
