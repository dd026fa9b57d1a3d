import type { Check } from './check.ts'
import { clockCheck } from './clock-check.ts'
import { dnsCheck } from './dns-check.ts'
import { httpCheck } from './http-check.ts'
import { proxyCheck } from './proxy-check.ts'
import { runtimeCheck } from './runtime-check.ts'
import { tcpCheck } from './tcp-check.ts'
import { tlsCheck } from './tls-check.ts'

/** What any origin is examined for: local and cheap first. */
export const generalChecks: readonly Check[] = [
  runtimeCheck,
  proxyCheck,
  dnsCheck,
  tcpCheck,
  tlsCheck,
  httpCheck,
  clockCheck(),
]
