import type { Call } from '@penstock/core'

/** What a server counts together, as far as can be told: the account of an outer layer, and the endpoint or the URL without its query. */
export const countedTogether = ({ context, endpoint, origin, path }: Call<any>): string =>
  `${(context as { account?: string }).account ?? ''} ${endpoint?.id ?? origin + path.split('?', 1)[0]}`
