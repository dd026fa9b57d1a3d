import type { Chance } from '../clock.ts'

/** What stands between the parts of a body, and in none of them. */
export const boundary = (chance: Chance): string =>
  `penstock-${Array.from({ length: 24 }, () => Math.floor(chance() * 36).toString(36)).join('')}`
