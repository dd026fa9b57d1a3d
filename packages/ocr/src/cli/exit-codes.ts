import { isPenstockError } from '@penstock/core'

/** As sysexits.h has them, so that scripts can tell what to do about it. */
export const exitCodes = {
  ok: 0,
  /** Some of several files failed. */
  some: 1,
  usage: 64,
  /** The input cannot be used as it is. */
  data: 65,
  /** The input cannot be opened. */
  noInput: 66,
  unavailable: 69,
  internal: 70,
  /** What is to be written cannot be. */
  noOutput: 73,
  /** Passing: run it again later. */
  temporary: 75,
  protocol: 76,
  /** Credentials, or what they may do. */
  permission: 77,
  config: 78,
} as const

const byCode: Readonly<Record<string, number>> = {
  FILE_NOT_FOUND: exitCodes.noInput,
  FILE_IS_DIRECTORY: exitCodes.noInput,
  FILE_UNREADABLE: exitCodes.noInput,
  CIRCUIT_OPEN: exitCodes.unavailable,
}

const byVerdict: Readonly<Record<string, number>> = {
  rate: exitCodes.temporary,
  quota: exitCodes.temporary,
  busy: exitCodes.temporary,
  timeout: exitCodes.temporary,
  late: exitCodes.temporary,
  token: exitCodes.permission,
  auth: exitCodes.permission,
  denied: exitCodes.permission,
  input: exitCodes.data,
  size: exitCodes.data,
  network: exitCodes.unavailable,
  refused: exitCodes.unavailable,
  server: exitCodes.unavailable,
}

const byKind: Readonly<Record<string, number>> = {
  input: exitCodes.data,
  config: exitCodes.config,
  tls: exitCodes.unavailable,
  limit: exitCodes.temporary,
  reply: exitCodes.protocol,
}

/** What to exit with after an error. */
export function exitCodeOf(error: unknown): number {
  if (!isPenstockError(error)) return exitCodes.internal
  const { code, kind } = error
  const { verdict } = error as { readonly verdict?: string }
  if (code === 'FLIGHT_FILE' && 'line' in error && error.line === undefined) return exitCodes.noInput
  if (code === 'REPLY_SCHEMA' || code === 'BODY_NOT_JSON' || code === 'BODY_HTML') return exitCodes.protocol
  return byCode[code] ?? byVerdict[verdict ?? ''] ?? byKind[kind] ?? exitCodes.internal
}
