import type { Call, Endpoint } from '@penstock/core'

/** What a server counts together, unless told otherwise: an account's calls to an endpoint, or to a URL. */
export function counted({ context, endpoint, origin, path }: Call<any>): string {
  const { account = '' } = context as { readonly account?: string }
  const { key, of } = last
  // one key after the other is mostly the same: to find it again costs less than to build it and have it hashed
  if (of.account === account && of.endpoint === endpoint) {
    if (endpoint !== undefined) return key
    if (of.origin === origin && (of.path === path || of.bare === bareOf(path))) return key
  }
  const bare = bareOf(path)
  last = { key: `${account} ${endpoint?.id ?? origin + bare}`, of: { account, endpoint, origin, path, bare } }
  return last.key
}

function bareOf(path: string): string {
  const end = path.indexOf('?')
  return end === -1 ? path : path.slice(0, end)
}

type Parts = {
  readonly account: string
  readonly endpoint: Endpoint | undefined
  readonly origin: string
  readonly path: string
  /** Without its query. */
  readonly bare: string
}

let last: { readonly key: string; readonly of: Parts } = {
  key: ' ',
  of: { account: '', endpoint: undefined, origin: '', path: '', bare: '' },
}
