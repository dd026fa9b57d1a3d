/** What an outsider writes, with every name that outsiders rely on: check-packed compiles and runs it in an empty project. */
import { client, explain, ledgerOf, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import {
  circuitBreaker,
  deadline,
  defaultStack,
  rateLimit,
  requestLog,
  retry,
  status,
  timeout,
  token,
} from '@penstock/middleware'
import { baidu } from '@penstock/ocr'
import { startEmulator } from '@penstock/ocr/emulator'

const stack = pipeline(
  [
    requestLog(),
    deadline({ after: 30_000 }),
    retry({ retries: 3 }),
    circuitBreaker(),
    timeout({ after: 5_000 }),
    status(),
  ],
  undiciTransport(),
)
const http = client({ pipeline: stack, origin: 'https://api.example.com' })
await http.close()

const ready = pipeline([...defaultStack()], gotTransport())
const recognises = typeof baidu({ apiKey: 'a', secretKey: 'b' }).generalBasic === 'function'
const functions = [explain, ledgerOf, rateLimit, token, startEmulator].every((name) => typeof name === 'function')

console.log(JSON.stringify({ stack: String(stack.plan()), ready: String(ready.plan()), recognises, functions }))
