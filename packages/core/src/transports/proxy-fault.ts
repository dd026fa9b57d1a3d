import type { Verdict } from '../verdict.ts'
import { tlsFault } from './tls-fault.ts'

/** What went wrong before the origin was spoken to. Says all that is known: a library's error ends here. */
export class ProxyFault extends Error {
  readonly code: string
  readonly because: string
  readonly verdict: Verdict

  constructor(code: string, because: string, verdict: Verdict) {
    super(because)
    this.code = code
    this.because = because
    this.verdict = verdict
  }
}

type Coded = Error & { readonly code?: string }

/** An error of the connection to a proxy, told apart from one of the origin's. */
export function proxyFault(error: Error): ProxyFault {
  if (error instanceof ProxyFault) return error
  const first: Coded = error instanceof AggregateError ? error.errors[0] : error
  const code = first.code ?? 'it closed the connection'
  const secure = tlsFault(code, error.message)
  if (secure === undefined)
    return new ProxyFault('PROXY_UNREACHABLE', `the proxy cannot be reached: ${code}`, 'network')
  const [of, because, verdict = 'network'] = secure
  return new ProxyFault('PROXY_TLS', `the connection to the proxy is not secure: ${because} (${of})`, verdict)
}
