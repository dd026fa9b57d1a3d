import net from 'node:net'
import type { Clock } from '../clock.ts'
import type { NetworkAddress } from './host-names.ts'
import { pause } from './pause.ts'

export type TcpProbe = { readonly took: number } | { readonly code: string }

/** Opens a connection and ends it, with nothing sent. @param within milliseconds */
export async function tcpProbe(
  { address, family }: NetworkAddress,
  port: number,
  clock: Clock,
  within: number,
  signal: AbortSignal,
): Promise<TcpProbe> {
  const started = clock.now()
  const socket = net.connect({ host: address, port, family })
  const done = new AbortController()
  try {
    return await Promise.race([
      new Promise<TcpProbe>((resolve) => {
        socket.once('connect', () => resolve({ took: clock.now() - started }))
        socket.on('error', ({ code = 'unknown' }: NodeJS.ErrnoException) => resolve({ code }))
      }),
      pause(clock, within, AbortSignal.any([signal, done.signal])).then(() => ({ code: 'ETIMEDOUT' })),
    ])
  } finally {
    done.abort()
    socket.destroy()
  }
}
