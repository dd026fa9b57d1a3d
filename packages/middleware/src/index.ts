export {
  circuitBreaker,
  type CircuitBreakerOptions,
  type CircuitHandles,
  type CircuitState,
} from './circuit-breaker.ts'
export { credential, type CredentialOptions } from './credential.ts'
export { rateLimit, type RateLimitOptions } from './rate-limit.ts'
export { reject, type RejectOptions } from './reject.ts'
export { retry, type RetryOptions } from './retry.ts'
export { type ClientCredentialsOptions, type Grant, token, type TokenOptions, type TokenPlace, type TokenSourceOptions } from './token.ts'
export { status, type StatusOptions } from './status.ts'
