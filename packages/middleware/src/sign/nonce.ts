import type { Chance } from '@penstock/core'

/** 32 hex digits that no other attempt has. */
export const nonce = (chance: Chance): string =>
  Array.from({ length: 32 }, () => Math.floor(chance() * 16).toString(16)).join('')
