import { Keeper, type KeeperOptions } from './keeper.ts'

/** Origins whose tokens are kept: a client of very many forgets the oldest, which costs a token call, no more. */
const most = 1024

/** A keeper for each origin. */
export class Keepers {
  readonly #byOrigin = new Map<string, Keeper>()
  readonly #options: Omit<KeeperOptions, 'origin'>
  /** Asked for last: mostly it is asked for again. */
  #latest: Keeper | undefined = undefined

  constructor(options: Omit<KeeperOptions, 'origin'>) {
    this.#options = options
  }

  at(origin: string): Keeper {
    if (this.#latest?.origin === origin) return this.#latest
    return (this.#latest = this.#byOrigin.get(origin) ?? this.#added(origin))
  }

  #added(origin: string): Keeper {
    const keepers = this.#byOrigin
    if (keepers.size >= most) keepers.delete(keepers.keys().next().value!)
    const keeper = new Keeper({ ...this.#options, origin })
    keepers.set(origin, keeper)
    return keeper
  }
}
