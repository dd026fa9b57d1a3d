import { type HeaderValue, Secret } from '@penstock/core'

/** What a header of a call says, a list of values as one; undefined for a secret, which is for the wire alone. */
export const headerText = (value: HeaderValue | undefined): string | undefined =>
  value instanceof Secret ? undefined : typeof value === 'object' ? value.join(', ') : value
