import { client, type Level, pipeline } from '@penstock/core'
import { defaultStack } from '@penstock/middleware'
import { eight, everything } from '../small/ours.ts'
import type { Chain } from './chain.ts'
import { after, around, type Layers, mock, through } from './kinds.ts'

/** With all that a call is beside its layers: it is born, and its ledger is closed. That is in both, with layers and without. */
const ours =
  (layers: Layers, diagnose: Level): Chain =>
  async (count) => {
    const stack = count === 0 ? [] : [...layers(count)]
    const http = client({ pipeline: pipeline(stack, mock), origin: 'http://127.0.0.1', diagnose })
    const request = { path: '/json' }
    return () => http.outcome(request)
  }

export const chains: Readonly<Record<string, Chain>> = {
  'penstock, passing through': ours(through, 'off'),
  'penstock, acting after': ours(after, 'off'),
  'penstock, async': ours(around, 'off'),
  'penstock, eight layers': ours(eight, 'off'),
  'penstock, defaultStack()': ours(() => [...defaultStack()], 'off'),
  'penstock, whole stack': ours(everything, 'off'),
  'penstock, whole stack, errors': ours(everything, 'errors'),
  'penstock, whole stack, all': ours(everything, 'all'),
}
