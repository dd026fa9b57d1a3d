import { client, type Level, pipeline, type Stackable, type Transport } from '@penstock/core'
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
import { bearer, connections, form, formType, seen, type Subject } from './subject.ts'

const log = { onReply: () => void seen.calls++ }
const source = async () => ({ token: bearer, expiresIn: Infinity })
const limit = 1e9

/** The eight of the first sketches: all of them have work to do. */
export const eight = () => [
  requestLog(log),
  deadline({ after: 20_000 }),
  retry({ retries: 3 }),
  circuitBreaker(),
  token({ source }),
  rateLimit({ limit }),
  timeout({ after: 5_000 }),
  status(),
]

/** What off by default, on too. The cache is not: it would answer by itself. */
export const everything = () => [...defaultStack({ requestLog: log, token: { source }, rateLimit: { limit } })]

const undici = async () => (await import('@penstock/core/undici')).undiciTransport({ connections })
const got = async () => (await import('@penstock/core/got')).gotTransport({ connections })

const ours =
  (transport: () => Promise<Transport>, layers: () => readonly Stackable[], diagnose: Level): Subject =>
  async ({ origin, path }) => {
    const http = client({ pipeline: pipeline([...layers()], await transport()), origin, diagnose })
    const post = { headers: { 'content-type': formType }, body: form }
    return {
      get: async (number) => (await http.get(path + number)).json(),
      post: async (number) => (await http.post(path + number, post)).json(),
    }
  }

const none = () => []
const plain = () => [...defaultStack()]

export const penstock: Readonly<Record<string, Subject>> = {
  'penstock on undici, no layer': ours(undici, none, 'off'),
  'penstock on undici, eight layers': ours(undici, eight, 'off'),
  'penstock on undici, defaultStack()': ours(undici, plain, 'off'),
  'penstock on undici, defaultStack(), errors': ours(undici, plain, 'errors'),
  'penstock on undici, whole stack': ours(undici, everything, 'off'),
  'penstock on undici, whole stack, errors': ours(undici, everything, 'errors'),
  'penstock on undici, whole stack, all': ours(undici, everything, 'all'),
  'penstock on got, no layer': ours(got, none, 'off'),
  'penstock on got, eight layers': ours(got, eight, 'off'),
  'penstock on got, defaultStack()': ours(got, plain, 'off'),
  'penstock on got, whole stack': ours(got, everything, 'off'),
  'penstock on got, whole stack, errors': ours(got, everything, 'errors'),
  'penstock on got, whole stack, all': ours(got, everything, 'all'),
}
