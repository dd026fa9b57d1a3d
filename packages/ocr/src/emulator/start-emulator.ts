import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { certificate } from './certificate.ts'
import { chance } from './chance.ts'
import { systemClock } from './clock.ts'
import { engine } from './engine.ts'
import { type Fault, faults } from './faults.ts'
import type { EmulatorOptions } from './options.ts'
import type { SeenRequest } from './seen-request.ts'
import { service } from './service.ts'

export type Emulator = AsyncDisposable & {
  /** The origin, `http://127.0.0.1:41234`. */
  readonly url: string
  readonly apiKey: string
  readonly secretKey: string
  /** PEM of its own certificate, to be trusted as an authority. With `https` only. */
  readonly ca?: string
  /** The next requests meet this fault. */
  fault(fault: Fault): void
  /** Every request so far, token calls included; the oldest are forgotten beyond 10 000. */
  readonly requests: readonly SeenRequest[]
  /** How many there were. */
  readonly count: number
  /** Ends every connection, answered or not, and the OCR engine. May be called twice. */
  close(): Promise<void>
}

const remembered = 10_000

/**
 * A server that speaks Baidu OCR: the token endpoint and `general_basic`, `general`, `accurate_basic`, `accurate`, with
 * the vendor's checks, codes and limits, and real text recognition inside (English and simplified Chinese, offline).
 * Baidu's own `baidu-aip-sdk` runs against it.
 *
 * It does not open PDF or OFD (216102), reads a `url` on this machine only (282112), verifies no `bce-auth-v1` signature
 * (14), and reads languages other than English as Chinese and English.
 *
 * @throws ConfigError `MISSING_PEER` when the packages tesseract.js and @tesseract.js-data/eng, or with `https` the package
 *   selfsigned, are not installed; the system's own error when the port is taken
 * @example
 * await using emulator = await startEmulator({ qps: 2 })
 * emulator.fault({ kind: 'reset' })
 */
export const startEmulator = async (options: EmulatorOptions = {}): Promise<Emulator> => {
  const { port = 0, host = '127.0.0.1', https = false, clock = systemClock } = options
  const chances = chance(options.seed)
  const { apiKey = chances(24), secretKey = chances(32) } = options
  const requests: SeenRequest[] = []
  const planned = faults('/oauth/2.0/token')
  const closing = new AbortController()
  const reader = engine()
  const { answer, expireTokens } = service({
    ...options,
    apiKey,
    secretKey,
    clock,
    chance: chances,
    engine: reader,
    signal: closing.signal,
  })
  let count = 0

  const listener: RequestListener = (request, response) => void handle(request, response)
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const seen: SeenRequest = { at: clock.now(), method: request.method ?? 'GET', path: pathOf(request) }
    count += 1
    if (requests.push(seen) > remembered) requests.shift()
    const fault = planned.take(seen.path)
    if (fault) seen.fault = fault.kind
    await answer(request, response, seen, fault, () => reset(request))
  }

  const own = https ? await certificate() : undefined
  const server = own ? createTlsServer(own, listener) : createServer(listener)
  // a TLS socket cannot send a reset, the one beneath it can
  const sockets = new Map<number | undefined, Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.set(socket.remotePort, socket)
    const { remotePort } = socket
    socket.on('close', () => sockets.delete(remotePort))
  })
  const reset = ({ socket }: IncomingMessage) => (sockets.get(socket.remotePort) ?? socket).resetAndDestroy()
  try {
    await listening(server, port, host)
  } catch (reason) {
    await reader.close()
    throw reason
  }

  let closed: Promise<void> | undefined
  const close = async () => {
    closing.abort()
    const ended = new Promise((resolve) => server.close(resolve))
    server.closeAllConnections()
    await Promise.all([ended, reader.close()])
  }
  const emulator: Emulator = {
    url: `${https ? 'https' : 'http'}://${host.includes(':') ? `[${host}]` : host}:${(server.address() as AddressInfo).port}`,
    apiKey,
    secretKey,
    ...(own && { ca: own.cert }),
    fault(fault) {
      if (fault.kind === 'expire') expireTokens()
      else planned.add(fault)
    },
    requests,
    get count() {
      return count
    },
    close: () => (closed ??= close()),
    [Symbol.asyncDispose]: () => emulator.close(),
  }
  return emulator
}

const pathOf = ({ url = '/' }: IncomingMessage): string => url.split('?', 1)[0] ?? '/'

const listening = (server: ReturnType<typeof createServer>, port: number, host: string): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.off('error', reject)
      resolve()
    })
  })
