import type { Call } from '@penstock/core'

/** What a server counts together, unless told otherwise: an account's calls to an endpoint, or to a URL. */
export const counted = ({ context, endpoint, origin, path }: Call<any>): string =>
  `${(context as { account?: string }).account ?? ''} ${endpoint?.id ?? origin + path.split('?', 1)[0]}`
