/**
 * What an outcome means, decided once and read by everybody. A layer asks what a verdict is *worth*, never which status,
 * code or class it came from:
 *
 * - `again`: another try may mend it
 * - `blame`: whose doing it was
 * - `healthy`: it shows that the server works
 */
export const verdicts = {
  /** Nobody has judged the reply: it passes as it is. */
  unknown: { again: false, blame: 'nobody', healthy: false },
  ok: { again: false, blame: 'nobody', healthy: true },
  /** Too many requests in this second. */
  rate: { again: true, blame: 'caller', healthy: false },
  /** The day's, or the whole, allowance is used up. */
  quota: { again: false, blame: 'caller', healthy: false },
  /** The access token is not, or no longer, good: another token may be. */
  token: { again: false, blame: 'caller', healthy: false },
  /** The credential itself is refused. */
  auth: { again: false, blame: 'caller', healthy: false },
  /** The credential is good and may not do this. */
  denied: { again: false, blame: 'caller', healthy: false },
  input: { again: false, blame: 'caller', healthy: false },
  size: { again: false, blame: 'caller', healthy: false },
  /** The server says that it is overloaded, and perhaps for how long. */
  busy: { again: true, blame: 'server', healthy: false },
  server: { again: true, blame: 'server', healthy: false },
  /** No answer, or half of one. */
  network: { again: true, blame: 'server', healthy: false },
  /** One attempt took longer than an attempt may. */
  timeout: { again: true, blame: 'server', healthy: false },
  /** The whole call ran out of time, which says nothing of the server: the bound may be a tight one. */
  late: { again: false, blame: 'nobody', healthy: false },
  /** The caller no longer wants it. */
  cancelled: { again: false, blame: 'nobody', healthy: false },
  /** A layer of ours said no before anything was sent. */
  refused: { again: false, blame: 'nobody', healthy: false },
} as const satisfies Record<string, Worth>

export type Worth = {
  readonly again: boolean
  readonly blame: 'server' | 'caller' | 'nobody'
  readonly healthy: boolean
}

export type Verdict = keyof typeof verdicts
