import { createRequire } from 'node:module'
import { ConfigError, systemChance } from '@penstock/core'

type Argument = string | number | Buffer

/** What is used of a client of ioredis, alone or of a cluster: hand in the one you have. */
export type RedisLike = {
  readonly status: string
  connect(): Promise<unknown>
  call(...command: [name: string, ...args: Argument[]]): Promise<unknown>
  callBuffer(...command: [name: string, ...args: Argument[]]): Promise<unknown>
  disconnect(reconnect?: boolean): void
  on(event: string, listener: () => void): unknown
  off(event: string, listener: () => void): unknown
}

/** Milliseconds between two tries to connect, at most: Redis is in use again a second after it is back. */
const longest = 500

/**
 * A client of our own. Nothing is queued while it is not connected, and nothing that was under way is sent again: what
 * became of a command that broke off its sender has to ask, for he alone knows whether twice is once too often.
 *
 * @throws ConfigError `MISSING_PEER` when ioredis is not installed
 */
export function redisClient(url: string, who: string): RedisLike {
  const { Redis } = library(who)
  const client = new Redis(url, {
    lazyConnect: true,
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout: 2000,
    // a server that holds the connection and says nothing is gone too
    socketTimeout: 2000,
    retryStrategy: (times: number) => Math.min(longest, 25 * 2 ** times) * (0.5 + systemChance() / 2),
  }) as RedisLike
  // every command says for itself that it failed
  client.on('error', () => {})
  return client
}

/** @throws ConfigError when it is no address of a Redis, without showing it: it may hold a password */
export function redisUrl(url: string, who: string): string {
  const { protocol } = URL.parse(url) ?? {}
  if (protocol !== 'redis:' && protocol !== 'rediss:')
    throw new ConfigError('CONFIG_INVALID', `${who}: redis is no URL of a Redis: write it as redis://127.0.0.1:6379`)
  return url
}

function library(who: string): { readonly Redis: new (url: string, options: object) => unknown } {
  try {
    return createRequire(import.meta.url)('ioredis')
  } catch {
    throw new ConfigError('MISSING_PEER', `${who} needs ioredis for a URL: npm install ioredis@6`)
  }
}
