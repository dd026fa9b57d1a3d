/** What a server can do wrong with a request that it has read whole. Weights are in ten thousand requests. */
import type { TLSSocket } from 'node:tls'
import { gzipSync } from 'node:zlib'

export type Job = {
  readonly socket: TLSSocket
  /** What a good answer says. */
  readonly text: string
  /** Answer well, now or later. */
  readonly answer: () => void
}

type Fault = { readonly weight: number; readonly act: (job: Job) => void }

const head = (status: string, ...headers: readonly string[]) =>
  `HTTP/1.1 ${[status, 'content-type: application/json', ...headers].join('\r\n')}\r\n\r\n`

const says =
  (status: string, ...headers: readonly string[]) =>
  ({ socket }: Job) =>
    void socket.write(`${head(status, ...headers, 'content-length: 2')}{}`)

const ends = (bytes: string) => (job: Job) => void job.socket.end(bytes)
const after = (milliseconds: number, act: (job: Job) => void) => (job: Job) =>
  void setTimeout(() => job.socket.destroyed || act(job), milliseconds)

/** Reset, not closed: what is under way is lost. */
const resets = ({ socket }: Job) => void socket.destroy()

const bomb = gzipSync(Buffer.alloc(8 * 2 ** 20))
const zipped = (text: string) => {
  const body = gzipSync(text)
  const start = head('200 OK', 'content-encoding: gzip', `content-length: ${body.length}`)
  return { start, body }
}

export const faults: Readonly<Record<string, Fault>> = {
  'reset after the request': { weight: 30, act: resets },
  'closed without a word': { weight: 30, act: ends('') },
  'closed in the status line': { weight: 10, act: ends('HTTP/1.1 20') },
  'closed in the headers': { weight: 10, act: ends('HTTP/1.1 200 OK\r\ncontent-type: appl') },
  'closed in the body': { weight: 20, act: ends(`${head('200 OK', 'content-length: 100')}{"n":`) },
  'chunks without an end': { weight: 20, act: ends(`${head('200 OK', 'transfer-encoding: chunked')}5\r\n{"n":`) },
  'a chunk of no size': { weight: 5, act: ends(`${head('200 OK', 'transfer-encoding: chunked')}zz\r\n{}\r\n`) },
  'no HTTP at all': { weight: 10, act: ends('SSH-2.0-OpenSSH_9.6\r\n\r\n') },
  'a broken header': { weight: 5, act: ends('HTTP/1.1 200 OK\r\nno colon here\r\n\r\n{}') },
  'headers without end': { weight: 3, act: ends(head('200 OK', `x-much: ${'x'.repeat(128 * 1024)}`)) },
  'two lengths': { weight: 5, act: ends(`${head('200 OK', 'content-length: 2', 'content-length: 3')}{}`) },
  'status 500': { weight: 20, act: says('500 Internal Server Error') },
  'status 502': { weight: 20, act: says('502 Bad Gateway') },
  'status 503': { weight: 20, act: says('503 Service Unavailable') },
  'status 503, Retry-After': { weight: 10, act: says('503 Service Unavailable', 'retry-after: 0') },
  'status 504': { weight: 10, act: says('504 Gateway Timeout') },
  'status 429': { weight: 10, act: says('429 Too Many Requests', 'retry-after: 0') },
  'status 408': { weight: 10, act: says('408 Request Timeout') },
  'status 401, token gone': { weight: 5, act: says('401 Unauthorized') },
  'status 404': { weight: 10, act: says('404 Not Found') },
  'status 302, nobody follows': { weight: 5, act: says('302 Found', 'location: /elsewhere') },
  'HTML instead of JSON': {
    weight: 5,
    act: ({ socket }) =>
      void socket.write(`HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 13\r\n\r\n<html></html>`),
  },
  'half of a JSON text': {
    weight: 5,
    act: ({ socket }) => void socket.write(`${head('200 OK', 'content-length: 5')}{"n":`),
  },
  'broken gzip': {
    weight: 5,
    act: ({ socket }) => void socket.write(`${head('200 OK', 'content-encoding: gzip', 'content-length: 4')}abcd`),
  },
  'a gzip bomb': {
    weight: 1,
    act({ socket }) {
      socket.write(head('200 OK', 'content-encoding: gzip', `content-length: ${bomb.length}`))
      socket.write(bomb)
    },
  },
  'never an answer': { weight: 4, act: () => {} },
  'a body that stalls': {
    weight: 4,
    act: ({ socket }) => void socket.write(`${head('200 OK', 'content-length: 100')}{"n":`),
  },
  'a late answer': { weight: 20, act: after(100, ({ answer }) => answer()) },
  'an answer too late': { weight: 4, act: after(2_500, ({ answer }) => answer()) },
  'a body by drops': {
    weight: 5,
    act({ socket, text }) {
      socket.write(head('200 OK', `content-length: ${text.length}`))
      const drop = (at: number) => {
        if (at >= text.length || socket.destroyed) return
        socket.write(text.slice(at, at + 8))
        setTimeout(drop, 5, at + 8)
      }
      drop(0)
    },
  },
  'a good answer, gzip': {
    weight: 50,
    act({ socket, text }) {
      const { start, body } = zipped(text)
      socket.write(start)
      socket.write(body)
    },
  },
  'a good answer, then closed': {
    weight: 30,
    act: ({ socket, text }) =>
      void socket.end(`${head('200 OK', 'connection: close', `content-length: ${text.length}`)}${text}`),
  },
  'a good answer, then reset without a word': {
    weight: 30,
    act({ socket, answer }) {
      answer()
      setTimeout(() => socket.destroy(), 2)
    },
  },
  'a good answer after an early hint': {
    weight: 10,
    act({ socket, answer }) {
      socket.write('HTTP/1.1 103 Early Hints\r\nlink: </x>; rel=preload\r\n\r\n')
      answer()
    },
  },
}

/** What happens to connections before there is TLS on them, in a thousand. */
export const connectionFaults = ['reset at the door', 'no TLS', 'half of a handshake'] as const

const entries = Object.entries(faults)
const sum = entries.reduce((total, [, { weight }]) => total + weight, 0)

/** A fault by a number of chance, or undefined for a good answer. */
export function faultFor(chance: number): string | undefined {
  let at = chance * 10_000
  if (at >= sum) return undefined
  return entries.find(([, { weight }]) => (at -= weight) < 0)![0]
}
