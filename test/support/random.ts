/** Numbers from 0 to 1 that a seed decides (mulberry32), so that a failing picture can be drawn again. */
export const random = (seed: number): (() => number) => {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

/** `count` different members of `stock`. */
export const sample = <Item>(stock: readonly Item[], count: number, chance: () => number): Item[] => {
  const rest = [...stock]
  return Array.from({ length: count }, () => rest.splice(Math.floor(chance() * rest.length), 1)[0] as Item)
}
