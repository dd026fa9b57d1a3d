/**
 * A server over real TLS that does, by the seed, everything wrong that a server can, and keeps books: what each call's
 * requests did, and how often each fault was played.
 */
import { createServer, type Socket } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer, type TLSSocket } from 'node:tls'
import { seeded } from '@penstock/core/testing'
import { certificate } from '../../support/certificates.ts'
import { answers } from '../harness/child.ts'
import { connectionFaults, faultFor, faults } from './faults.ts'

export type Books = {
  readonly requests: number
  readonly connections: number
  readonly faults: Readonly<Record<string, number>>
  /** Effects of each call, by its number: more than one is a call doubled. */
  readonly effects: Uint8Array
  /** 1 for a call that was answered well, in whole or in part. */
  readonly served: Uint8Array
}

export type Opened = { readonly origins: readonly string[]; readonly ca: string }

const seed = Number(process.argv[2])
const { cert, key } = await certificate({ ip: '127.0.0.1' })
const chance = seeded(seed)
const most = 64_000_000
const effects = new Uint8Array(new ArrayBuffer(1_000_000, { maxByteLength: most }))
const served = new Uint8Array(new ArrayBuffer(1_000_000, { maxByteLength: most }))
const played: Record<string, number> = {}
const counts = { requests: 0, connections: 0 }
/** The key a call's effect was booked under: another key is another effect. */
const keys = new Map<number, string>()
/** The third origin's, for a second of every ten. */
let isDown = false

function room(number: number): void {
  if (number < effects.length) return
  for (const book of [effects, served]) book.buffer.resize(Math.min(most, number * 2))
}

/** A request was read whole: what the caller wanted is done, unless it is the repeat of one that was. */
function book(number: number, method: string, key: string | undefined): void {
  room(number)
  if (method === 'GET') return
  const known = keys.get(number)
  if (key !== undefined && known === key) return
  if (key !== undefined) keys.set(number, key)
  effects[number]!++
}

function play(name: string): void {
  played[name] = (played[name] ?? 0) + 1
}

function respond(socket: TLSSocket, head: string, isFragile: boolean): void {
  counts.requests++
  const [, method = '', digits = ''] = /^([A-Z]+) \/work\?n=(\d+) /.exec(head) ?? []
  const number = Number(digits)
  const text = JSON.stringify({ n: number, words_result_num: 1, words_result: [{ words: 'hello' }] })
  const answer = () => {
    served[number] = 1
    if (!socket.destroyed)
      socket.write(`HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${text.length}\r\n\r\n${text}`)
  }
  if (isFragile && isDown) {
    play('an outage')
    socket.write('HTTP/1.1 503 Service Unavailable\r\ncontent-length: 0\r\n\r\n')
    return
  }
  const fault = faultFor(chance())
  // who is asked for another token has been told that nothing was done
  if (fault !== 'status 401, token gone') book(number, method, /\r\nidempotency-key: (\S+)/i.exec(head)?.[1])
  if (fault === undefined) return answer()
  play(fault)
  if (fault.includes('good') || fault === 'a body by drops') served[number] = 1
  faults[fault]!.act({ socket, text, answer })
}

function serve(socket: TLSSocket, isFragile: boolean): void {
  let held = ''
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (piece) => {
    held += piece.toString('latin1')
    for (let end; (end = held.indexOf('\r\n\r\n')) >= 0;) {
      const head = held.slice(0, end + 2)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (held.length < end + 4 + length) return
      held = held.slice(end + 4 + length)
      respond(socket, head, isFragile)
    }
  })
}

async function open(isFragile: boolean): Promise<string> {
  const secure = createTlsServer({ cert, key }, (socket) => serve(socket, isFragile))
  secure.on('tlsClientError', () => {})
  const door = createServer((socket: Socket) => {
    counts.connections++
    socket.on('error', () => socket.destroy())
    const fault = connectionFaults[Math.floor(chance() * 300)]
    if (fault !== undefined) play(fault)
    if (fault === undefined) secure.emit('connection', socket)
    else if (fault === 'reset at the door') socket.resetAndDestroy()
    else if (fault === 'no TLS') socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')
    else socket.once('data', () => setTimeout(() => socket.destroy(), 50))
  })
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve))
  return `https://127.0.0.1:${(door.address() as AddressInfo).port}`
}

const origins = [await open(false), await open(false), await open(true)]
let turn = 0
setInterval(() => (isDown = ++turn % 10 === 0), 1_000)

answers(async (question: 'open' | 'books'): Promise<Opened | Books> => {
  if (question === 'open') return { origins, ca: cert }
  return { ...counts, faults: played, effects, served }
})
