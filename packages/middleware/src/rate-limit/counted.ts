import type { Call, Endpoint } from '@penstock/core'

/** What a server counts together, unless told otherwise: an account's calls to an endpoint, or to a URL. */
export function counted({ context, endpoint, origin, path }: Call<any>): string {
  const { account = '' } = context as { readonly account?: string }
  const end = path.indexOf('?')
  const length = end === -1 ? path.length : end
  const { key, of } = last
  // one key after the other is mostly the same: to find it again costs less than to build it and have it hashed
  if (of.account === account && of.endpoint === endpoint) {
    if (endpoint !== undefined) return key
    if (of.origin === origin && of.path.length === length && path.startsWith(of.path)) return key
  }
  const bare = path.slice(0, length)
  last = { key: `${account} ${endpoint?.id ?? origin + bare}`, of: { account, endpoint, origin, path: bare } }
  return last.key
}

type Parts = {
  readonly account: string
  readonly endpoint: Endpoint | undefined
  readonly origin: string
  readonly path: string
}

let last: { readonly key: string; readonly of: Parts } = {
  key: ' ',
  of: { account: '', endpoint: undefined, origin: '', path: '' },
}
