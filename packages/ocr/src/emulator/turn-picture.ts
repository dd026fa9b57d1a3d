import { crc32 } from 'node:zlib'
import type { Box, Turn } from './page.ts'

/** Exif orientations that undo 0, 1, 2, 3 quarter turns counter-clockwise. */
const undoing = [1, 6, 3, 8] as const

/**
 * The picture with an Exif orientation of ours put before any of its own, so that the engine turns it without decoding
 * it twice. A BMP cannot carry one and comes back as it is.
 */
export const turnPicture = (picture: Uint8Array, turn: Turn): Uint8Array => {
  const tiff = Buffer.from('4d4d002a00000008000101120003000000010000000000000000', 'hex')
  tiff[19] = undoing[turn]
  if (picture[0] === 0xff && picture[1] === 0xd8) return insert(picture, 2, segment(tiff))
  return picture[0] === 0x89 ? insert(picture, 33, chunk(tiff)) : picture
}

/** A box of the turned picture in pixels of the picture as given, whose sides are `width` and `height`. */
export const turnedBack = (box: Box, turn: Turn, width: number, height: number): Box => {
  const { left, top, right, bottom } = box
  if (turn === 1) return { left: top, top: height - right, right: bottom, bottom: height - left }
  if (turn === 2) return { left: width - right, top: height - bottom, right: width - left, bottom: height - top }
  if (turn === 3) return { left: width - bottom, top: left, right: width - top, bottom: right }
  return box
}

export const isBmp = (picture: Uint8Array): boolean => picture[0] === 0x42 && picture[1] === 0x4d

const insert = (picture: Uint8Array, at: number, piece: Uint8Array): Buffer =>
  Buffer.concat([picture.subarray(0, at), piece, picture.subarray(at)])

const segment = (tiff: Buffer): Buffer => {
  const head = Buffer.from([0xff, 0xe1, 0, 0])
  head.writeUInt16BE(tiff.length + 8, 2)
  return Buffer.concat([head, Buffer.from('Exif\0\0', 'latin1'), tiff])
}

const chunk = (tiff: Buffer): Buffer => {
  const named = Buffer.concat([Buffer.from('eXIf', 'latin1'), tiff])
  const ends = Buffer.alloc(8)
  ends.writeUInt32BE(tiff.length, 0)
  ends.writeUInt32BE(crc32(named), 4)
  return Buffer.concat([ends.subarray(0, 4), named, ends.subarray(4)])
}
