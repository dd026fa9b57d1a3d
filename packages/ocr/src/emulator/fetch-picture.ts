import { Agent, get } from 'node:http'
import type { ImageLimits } from '../descriptor.ts'

/** Its own, so that no proxy of the environment is used. */
const agent = new Agent()
const patience = 5000

/** The picture behind a `url`, or a code. The emulator reads from this machine only: any other place has timed out. */
export const fetchPicture = (url: string, limits: ImageLimits): Promise<Uint8Array | number> => {
  if (Buffer.byteLength(url) > limits.urlBytes) return Promise.resolve(282_114)
  const address = URL.parse(url)
  if (!address || !/^https?:$/.test(address.protocol)) return Promise.resolve(282_111)
  const isLoopback = /^(localhost|127(\.\d+){3}|\[::1\])$/.test(address.hostname)
  if (!isLoopback || address.protocol !== 'http:') return Promise.resolve(282_112)
  return new Promise((resolve) => {
    const request = get(address, { agent, timeout: patience }, (response) => {
      if (response.statusCode === 404) resolve(282_110)
      else if (response.statusCode !== 200) resolve(282_113)
      const pieces: Buffer[] = []
      let length = 0
      response.on('data', (piece: Buffer) => {
        length += piece.length
        // base64 makes four bytes of three
        if (length * (4 / 3) > limits.encodedBytes) {
          resolve(216_202)
          request.destroy()
        } else pieces.push(piece)
      })
      response.on('end', () => resolve(Buffer.concat(pieces)))
      response.on('error', () => resolve(282_113))
    })
    request.on('timeout', () => request.destroy())
    request.on('error', () => resolve(282_112))
  })
}
