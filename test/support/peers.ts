import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

/** What a peer calls, over which layer. */
export type Setup = {
  readonly origin: string
  readonly redis: string
  readonly layer: 'token' | 'cache' | 'quota' | 'rateLimit'
  readonly options: object
}

export type Order = {
  readonly id: number
  readonly count: number
  readonly every: number
  readonly paths: readonly string[]
  readonly close?: boolean
}

export type CallTold = { readonly verdict: string; readonly code: string; readonly took: number }

export type Told = {
  readonly id?: number
  readonly ready?: boolean
  readonly unhandled?: string
  readonly results?: readonly CallTold[]
}

/** A process that calls an API, gone with the block that made it. */
export type Peer = AsyncDisposable & {
  /** @param every milliseconds between two calls; 0 for all at once */
  calls(count: number, every?: number, paths?: readonly string[]): Promise<readonly CallTold[]>
  /** Closes its client, and waits for the process to end by itself. */
  close(): Promise<void>
  /** SIGKILL. */
  kill(): Promise<void>
  /** Rejections that nobody handled. */
  readonly unhandled: readonly string[]
  /** The code it exited with; null while it runs, or when it was killed. */
  readonly exitCode: number | null
}

export async function startPeer(setup: Setup): Promise<Peer> {
  const child = fork(join(import.meta.dirname, 'peer-process.ts'), [JSON.stringify(setup)], {
    execArgv: ['--conditions=source'],
  })
  const unhandled: string[] = []
  const waiting = new Map<number, PromiseWithResolvers<readonly CallTold[]>>()
  let count = 0
  const ready = new Promise<void>((resolve, reject) => {
    child.once('exit', () => {
      reject(new Error('The peer did not start'))
      for (const order of waiting.values()) order.reject(new Error('The peer is gone'))
    })
    child.on('message', (told: Told) => {
      if (told.ready) resolve()
      if (told.unhandled !== undefined) unhandled.push(told.unhandled)
      if (told.id !== undefined) waiting.get(told.id)!.resolve(told.results!)
    })
  })
  function order(what: Omit<Order, 'id'>): Promise<readonly CallTold[]> {
    const id = ++count
    child.send({ id, ...what })
    const done = Promise.withResolvers<readonly CallTold[]>()
    waiting.set(id, done)
    return done.promise
  }
  async function kill(): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
  await ready
  return {
    unhandled,
    get exitCode() {
      return child.exitCode
    },
    calls: (count, every = 0, paths = ['/']) => order({ count, every, paths }),
    async close() {
      const gone = once(child, 'exit')
      await order({ count: 0, every: 0, paths: [], close: true })
      await gone
    },
    kill,
    [Symbol.asyncDispose]: kill,
  }
}
