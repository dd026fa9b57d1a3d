import { systemClock } from '@penstock/core'
import { redisClient, type RedisLike, redisUrl } from './client.ts'
import type { Script } from './script.ts'

export type Argument = string | number | Buffer

/** Commands under way at one time. */
const room = 1024

/**
 * Commands to Redis that fail at once while it is gone: nothing waits in a queue for its return, neither in a client of
 * ours nor in the user's. A command whose connection broke may have been done or not; who sends it makes it one that may
 * be done twice. Rejections tell the command's name and the first word of the error: arguments may be secret.
 */
export class RedisConnection {
  readonly #redis: RedisLike | string
  readonly #who: string
  readonly #patience: number
  readonly #listeners = new Set<() => void>()
  /** Ends the wait for an answer, of each command that has none yet. */
  readonly #underWay = new Set<() => void>()
  #client: RedisLike | undefined = undefined
  #opening: PromiseWithResolvers<void> | undefined = undefined
  #wasReady = false

  /**
   * @param redis a client of the user's, whose connection stays his, or an address: connected when it is first used
   * @param who for messages: `redisStore()`
   * @param patience milliseconds that an answer is waited for
   * @throws ConfigError `CONFIG_INVALID`, or `MISSING_PEER` when there is an address and no ioredis
   */
  constructor(redis: RedisLike | string, who: string, patience = 1000) {
    this.#patience = patience
    this.#redis = typeof redis === 'string' ? redisUrl(redis, who) : redis
    this.#who = who
    // says now that the library is missing; connects when it is used
    if (typeof redis !== 'string') this.#use(redis)
    else this.#use(redisClient(redis, who))
  }

  /** True when commands have a connection to go out on. */
  get ready(): boolean {
    return this.#client?.status === 'ready'
  }

  /** Bulk replies come as text. */
  send(name: string, ...args: Argument[]): Promise<unknown> {
    return this.#sent(name, (client) => client.call(name, ...args))
  }

  /** Bulk replies come as bytes. */
  read(name: string, ...args: Argument[]): Promise<unknown> {
    return this.#sent(name, (client) => client.callBuffer(name, ...args))
  }

  /** Run a script, which Redis knows after the first time, until it is started anew. */
  async run({ lua, sha }: Script, keys: readonly string[], args: readonly Argument[]): Promise<unknown> {
    try {
      return await this.send('EVALSHA', sha, keys.length, ...keys, ...args)
    } catch (error) {
      if (!(error as Error).message.endsWith('NOSCRIPT')) throw error
      return this.send('EVAL', lua, keys.length, ...keys, ...args)
    }
  }

  /** Calls `tell` each time that Redis can be used again, until what is returned is called. */
  whenReady(tell: () => void): () => void {
    this.#listeners.add(tell)
    return () => void this.#listeners.delete(tell)
  }

  /** Lets go of a connection of ours; a later use opens another. One of the user's stays open. */
  close(): void {
    const client = this.#client
    if (client === undefined) return
    this.#client = undefined
    this.#wasReady = false
    client.off('ready', this.#onReady)
    client.off('close', this.#onClose)
    if (typeof this.#redis === 'string') client.disconnect()
    this.#onClose()
  }

  async #sent(name: string, command: (client: RedisLike) => Promise<unknown>): Promise<unknown> {
    const client = this.#client ?? this.#use(this.#redis)
    if (client.status !== 'ready') await this.#opened(client)
    this.#wasReady = true
    if (this.#underWay.size >= room) throw failed(name, `${room} commands are under way`)
    return this.#bounded(name, command(client))
  }

  #use(redis: RedisLike | string): RedisLike {
    const client = typeof redis === 'string' ? redisClient(redis, this.#who) : redis
    client.on('ready', this.#onReady)
    client.on('close', this.#onClose)
    return (this.#client = client)
  }

  /** A connection that is being made is waited for; one that was there and is gone is not. */
  #opened(client: RedisLike): Promise<unknown> {
    const { status } = client
    if (this.#wasReady || status === 'end' || status === 'reconnecting') throw failed('connect', 'it is gone')
    if (status === 'wait') client.connect().catch(() => {})
    this.#opening ??= Promise.withResolvers<void>()
    return this.#bounded('connect', this.#opening.promise)
  }

  /** What came of it, or a rejection that holds nothing of what was sent: also when the connection breaks, or in time. */
  async #bounded(name: string, work: Promise<unknown>): Promise<unknown> {
    const { promise: cut, reject } = Promise.withResolvers<never>()
    const late = () => reject(failed(name, `no answer within ${this.#patience} ms`))
    // a process that was too busy to read reads what has come before it gives up
    let timer = systemClock.setTimer(() => (timer = systemClock.setTimer(late, 1)), this.#patience)
    const broke = () => reject(failed(name, 'the connection broke'))
    this.#underWay.add(broke)
    try {
      return await Promise.race([work, cut])
    } catch (error) {
      if (error instanceof RedisFailure) throw error
      const { name: kind, message } = error as Error
      throw failed(name, kind === 'ReplyError' ? message.split(' ', 1)[0]! : 'the connection broke')
    } finally {
      this.#underWay.delete(broke)
      systemClock.clearTimer(timer)
    }
  }

  readonly #onReady = (): void => {
    this.#wasReady = true
    this.#opening?.resolve()
    this.#opening = undefined
    for (const tell of this.#listeners) tell()
  }

  readonly #onClose = (): void => {
    this.#opening = undefined
    for (const broke of this.#underWay) broke()
  }
}

class RedisFailure extends Error {}

const failed = (name: string, why: string) => new RedisFailure(`Redis: ${name}: ${why}`)
