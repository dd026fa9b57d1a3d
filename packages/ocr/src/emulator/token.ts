import type { Chance } from './chance.ts'
import type { EmulatorClock } from './clock.ts'
import type { Answer } from './reply.ts'

export type TokenDesk = {
  /** Answers the token endpoint. */
  issue(fields: URLSearchParams): Answer
  /** None when the token is good; else the gateway's code. */
  judge(token: string | null): 100 | 110 | 111 | undefined
  expireAll(): void
}

export type TokenDeskOptions = {
  readonly apiKey: string
  readonly secretKey: string
  readonly life: number
  readonly clock: EmulatorClock
  readonly chance: Chance
}

const scope =
  'public brain_all_scope vis-ocr_ocr brain_ocr_general_basic brain_ocr_general brain_ocr_accurate_basic brain_ocr_accurate'

/** Hands out tokens that live side by side, as the real service does, and forgets none: an expired one is 111, not 110. */
export const tokenDesk = ({ apiKey, secretKey, life, clock, chance }: TokenDeskOptions): TokenDesk => {
  const ends = new Map<string, number>()
  const grant = (): Answer => {
    const seconds = Math.ceil(life / 1000)
    const epoch = Math.floor((clock.now() + life) / 1000)
    const token = `24.${chance(32)}.${seconds}.${epoch}.282335-${chance(8)}`
    ends.set(token, clock.elapsed() + life)
    return json(200, {
      refresh_token: `25.${chance(32)}.315360000.${epoch + 315_360_000}.282335-${chance(8)}`,
      expires_in: seconds,
      session_key: chance(64),
      access_token: token,
      scope,
      session_secret: chance(32),
    })
  }
  return {
    issue(fields) {
      const type = fields.get('grant_type')
      if (!type) return denied(400, 'invalid_request', 'The required parameter grant_type is missing')
      if (type !== 'client_credentials')
        return denied(400, 'unsupported_grant_type', 'The authorization grant type is not supported')
      if (fields.get('client_id') !== apiKey) return denied(401, 'invalid_client', 'unknown client id')
      if (fields.get('client_secret') !== secretKey)
        return denied(401, 'invalid_client', 'Client authentication failed')
      return grant()
    },
    judge(token) {
      if (!token) return 100
      const end = ends.get(token)
      if (end === undefined) return 110
      return clock.elapsed() >= end ? 111 : undefined
    },
    expireAll() {
      for (const token of ends.keys()) ends.set(token, -Infinity)
    },
  }
}

const json = (status: number, body: Readonly<Record<string, unknown>>): Answer => ({
  status,
  headers: { 'content-type': 'application/json', 'cache-control': 'no-store' },
  body: JSON.stringify(body),
})

const denied = (status: number, error: string, error_description: string): Answer => ({
  ...json(status, { error, error_description }),
  code: error,
})
