import type { Endpoint } from '@penstock/core'
import { z } from '../../schema.ts'
import { oauthErrors } from './oauth-errors.ts'
import { sources } from './sources.ts'

/** Access Token获取: an API key and a secret key for a token of 30 days. Its server answers a passing 500 now and then. */
export const token = {
  id: 'baidu.token',
  method: 'POST',
  path: '/oauth/2.0/token',
  encoding: 'form',
  docs: sources.token,
  // many tokens live side by side, so asking twice harms none
  repeatable: 'always',
  billed: 'free',
  verdicts: oauthErrors,

  input: z.strictObject({
    grant_type: z.literal('client_credentials'),
    /** API Key. */
    client_id: z.string().check(z.minLength(1)),
    /** Secret Key. */
    client_secret: z.string().check(z.minLength(1)),
  }),

  output: z.looseObject({
    access_token: z.string().check(z.minLength(1)),
    /** Seconds. */
    expires_in: z.coerce.number(),
    scope: z.optional(z.string()),
    /** No page says how to use the rest; a new token is asked for instead. */
    refresh_token: z.optional(z.string()),
    session_key: z.optional(z.string()),
    session_secret: z.optional(z.string()),
  }),
} as const satisfies Endpoint
