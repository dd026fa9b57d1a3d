import type { Secret } from '@penstock/core'
import { type CacheOptions, defaultStack, type DefaultStackOptions, type TokenOptions } from '@penstock/middleware'
import { token } from './vendors/baidu/index.ts'

export type BaiduStackOptions = {
  /** Requests a second, for each endpoint. @default the descriptor's, 2 */
  readonly qps?: number
  /** Keep results: `{ dir }` on disk, `{}` in memory. @default off */
  readonly cache?: CacheOptions
  /** Where tokens are kept beyond this process. @default nowhere */
  readonly tokenStore?: TokenOptions['store']
  /** Options of the other layers, by name. */
  readonly layers?: Omit<DefaultStackOptions, 'cache' | 'token' | 'rateLimit'>
}

/** The layers that every call to Baidu goes through. */
export const baiduStack = (
  { apiKey, secretKey }: { readonly apiKey: Secret; readonly secretKey: Secret },
  { qps, layers = {}, cache, tokenStore }: BaiduStackOptions = {},
) =>
  defaultStack({
    deadline: 180_000,
    timeout: Math.min(60_000, layers.deadline ?? Infinity),
    ...layers,
    retry: { delay: 1000, maxDelay: 10_000, ...layers.retry },
    ...(cache === undefined ? {} : { cache }),
    ...(qps === undefined ? {} : { rateLimit: { limit: qps } }),
    token: {
      clientId: apiKey,
      clientSecret: secretKey,
      endpoint: token,
      place: { query: 'access_token' },
      ...(tokenStore === undefined ? {} : { store: tokenStore }),
    },
  })
