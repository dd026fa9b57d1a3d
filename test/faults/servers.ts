/** Servers that do one thing wrong, for as many connections or requests as they are told. */
import { once } from 'node:events'
import net from 'node:net'
import { Worker } from 'node:worker_threads'
import { type Loopback, onHead, servingBytes } from '../support/loopback.ts'

export const good = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{"ok":true}'

/** The first of a body of 100 bytes. */
export const half = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{"ok":'

/** Answers well, but for the first `times` requests, which meet `spoil`. */
export function spoiling(spoil: (socket: net.Socket) => void, times = 2): Promise<Loopback> {
  let left = times
  return servingBytes((socket) =>
    onHead(socket, () => {
      if (left-- > 0) spoil(socket)
      else socket.write(good)
    }),
  )
}

type Meddle = { readonly client: net.Socket; readonly server: net.Socket; readonly first: Buffer; readonly nth: number }

/** Stands before a TLS server and looks at the first bytes of each connection: `meddle` says whether it has dealt with it. */
export function relaying(to: () => number, meddle: (about: Meddle) => boolean): Promise<Loopback> {
  let nth = 0
  return servingBytes((client) => {
    const mine = ++nth
    client.once('data', (first: Buffer) => {
      const server = net.connect(to(), '127.0.0.1', () => server.write(first))
      server.on('error', () => {})
      client.once('close', () => server.destroy())
      if (meddle({ client, server, first, nth: mine })) return
      client.pipe(server).pipe(client)
    })
  }, 'https')
}

export type BlackHole = AsyncDisposable & { readonly origin: string; wake(): Promise<void> }

/** A listener that has stopped, with nothing left in its backlog: who comes now is neither let in nor sent away. */
export async function blackHole(): Promise<BlackHole> {
  const gate = new Int32Array(new SharedArrayBuffer(4))
  const worker = new Worker(listener, { eval: true, workerData: { gate, good } })
  const [port] = (await once(worker, 'message')) as [number]
  const waiting: net.Socket[] = []
  for (let more = true; more && waiting.length < 16;) {
    const socket = net.connect(port, '127.0.0.1')
    waiting.push(socket.on('error', () => {}))
    more = await Promise.race([once(socket, 'connect').then(() => true), silence(60)])
  }
  const awake = once(worker, 'message')
  const wake = async () => {
    for (const socket of waiting) socket.destroy()
    Atomics.store(gate, 0, 1)
    Atomics.notify(gate, 0)
    await awake
  }
  return {
    origin: `http://127.0.0.1:${port}`,
    wake,
    async [Symbol.asyncDispose]() {
      await wake()
      await worker.terminate()
    },
  }
}

/** False when this much time is over, and what had happened by then is known. */
const silence = (milliseconds: number) =>
  new Promise<boolean>((resolve) => setTimeout(() => setImmediate(resolve, false), milliseconds))

const listener = `
  const { parentPort, workerData: { gate, good } } = require('node:worker_threads')
  const server = require('node:net').createServer((socket) => {
    socket.on('error', () => {}).once('data', () => socket.end(good))
  }).once('connection', () => parentPort.postMessage('accepts'))
  server.listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    setImmediate(() => Atomics.wait(gate, 0, 0))
  })`
