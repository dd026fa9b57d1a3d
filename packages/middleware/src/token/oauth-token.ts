import type { Bilingual, Endpoint, SchemaResult, Verdict, VerdictRow } from '@penstock/core'

type Issued = { readonly access_token: string; readonly expires_in: number }

const source = 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2'

const row = (verdict: Verdict, code: string, en: string, zh: string, advice: Bilingual): VerdictRow => ({
  verdict,
  code,
  message: '',
  meaning: { en, zh },
  advice,
  source,
})

const keys = { en: 'Check client id and client secret.', zh: '请检查 client id 与 client secret。' }
const rights = { en: 'Ask the server’s owner to allow it.', zh: '请联系服务方开通。' }
const later = { en: 'Try later.', zh: '请稍后再试。' }
const ask = { en: 'Look up how this server wants to be asked.', zh: '请查阅该服务器获取令牌的方式。' }

/** The token endpoint of RFC 6749, client credentials as a form. A reply without `expires_in` counts for an hour. */
export const oauthToken = (path: string): Endpoint => ({
  id: 'oauth.token',
  method: 'POST',
  path,
  encoding: 'form',
  repeatable: 'always',
  billed: 'free',
  docs: 'https://www.rfc-editor.org/rfc/rfc6749#section-4.4',
  input: { '~standard': { version: 1, vendor: 'penstock', validate: (value) => ({ value }) } },
  output: { '~standard': { version: 1, vendor: 'penstock', validate: issued } },
  verdicts: {
    code: 'error',
    message: 'error_description',
    success: [],
    rows: {
      invalid_client: row('auth', 'CREDENTIAL_REFUSED', 'The client is not known.', '客户端身份无效。', keys),
      invalid_grant: row('auth', 'CREDENTIAL_REFUSED', 'The grant is not good.', '授权无效。', keys),
      unauthorized_client: row(
        'denied',
        'GRANT_DENIED',
        'The client may not ask so.',
        '客户端无权使用此方式。',
        rights,
      ),
      invalid_scope: row('denied', 'SCOPE_REFUSED', 'The scope is refused.', 'scope 被拒绝。', rights),
      invalid_request: row('input', 'TOKEN_REQUEST_INVALID', 'The request is not valid.', '请求无效。', ask),
      unsupported_grant_type: row('input', 'TOKEN_REQUEST_INVALID', 'No such grant.', '不支持此授权方式。', ask),
      temporarily_unavailable: row('busy', 'TOKEN_SERVER_BUSY', 'The server is busy.', '服务器繁忙。', later),
      server_error: row('server', 'TOKEN_SERVER_FAILED', 'The server failed.', '服务器出错。', later),
    },
  },
})

function issued(value: unknown): SchemaResult<Issued> {
  const { access_token, expires_in = 3600 } = (value ?? {}) as Record<string, unknown>
  const seconds = Number(expires_in)
  if (typeof access_token !== 'string') return { issues: [{ message: 'is no text', path: ['access_token'] }] }
  if (!(seconds >= 0)) return { issues: [{ message: 'is no number of seconds', path: ['expires_in'] }] }
  return { value: { ...(value as object), access_token, expires_in: seconds } }
}
