import { type Call, client, layer, pipeline } from '@penstock/core'
import type { Chain } from './chain.ts'
import { after, around, type Layers, mock, through } from './kinds.ts'

/** Layers and nothing else, as those of peers are measured: one call, handed in again and again, as a repeater does. */
const alone =
  (layers: Layers): Chain =>
  async (count) => {
    const stack = pipeline(count === 0 ? [] : [...layers(count)], mock)
    const call = await born()
    return () => stack(call)
  }

async function born(): Promise<Call> {
  let kept: Call | undefined
  const keeping = layer({ name: 'keeping', slot: 'observe', run: (call, next) => next((kept = call)) })
  const http = client({ pipeline: pipeline([keeping], mock), origin: 'http://127.0.0.1', diagnose: 'off' })
  await http.outcome({ path: '/json' })
  return kept!
}

export const chains: Readonly<Record<string, Chain>> = {
  'penstock pipeline, passing through': alone(through),
  'penstock pipeline, acting after': alone(after),
  'penstock pipeline, async': alone(around),
}
