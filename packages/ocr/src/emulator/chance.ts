import { createHash, randomBytes } from 'node:crypto'

/** An endless supply of hex digits, of the seed or of the machine. */
export type Chance = (digits: number) => string

export const chance = (seed: number | string | undefined): Chance => {
  if (seed === undefined) return (digits) => randomBytes(digits).toString('hex').slice(0, digits)
  let count = 0
  return (digits) => {
    count += 1
    return createHash('sha512').update(`${seed}/${count}`).digest('hex').slice(0, digits)
  }
}
