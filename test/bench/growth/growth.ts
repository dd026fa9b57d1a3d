import { Child } from '../harness/child.ts'
import { inTurns, Notebook } from '../harness/notebook.ts'
import { type Effort, type Goal, type Part, wanted } from '../harness/part.ts'
import { measured, ratio, type Samples } from '../harness/samples.ts'
import type { Cost, Kind } from './worker.ts'

const sizes: Readonly<Record<Kind, readonly number[]>> = {
  concurrent: [1, 10, 100, 1_000, 10_000],
  origins: [1, 100, 10_000],
  'failing origins': [1, 100, 10_000],
  layers: [0, 5, 10, 20, 40],
}

const name = (kind: Kind, size: number, level = 'errors') => {
  const number = size.toLocaleString('en').replace(',', ' ')
  return `${number} ${kind === 'concurrent' ? 'calls at once' : kind}, ${level}`
}

const rows = new Map(
  (Object.keys(sizes) as Kind[]).flatMap((kind) =>
    sizes[kind].flatMap((size) =>
      (kind === 'layers' || kind === 'concurrent' ? ['off', 'errors', 'all'] : ['errors']).map(
        (level) => [name(kind, size, level), [kind, String(size), level]] as const,
      ),
    ),
  ),
)

const most = (says: string, most: number, of: Goal['of'], unit = ''): Goal => ({ says, most, of, unit })
const megabytes = (subject: string) => (runs: readonly Samples[]) => {
  const found = measured(runs, subject, 'held')
  return found && { median: found.median / 1e6, low: found.low / 1e6, high: found.high / 1e6 }
}

export const growth: Part = {
  name: 'growth',
  title: 'Growth',
  about:
    'The whole stack over a transport that answers without a wire. Calls at once: all wait for their answers before the ' +
    'first is given. Origins: breakers, limiters and retry budgets are kept for each; held is what stays when all calls ' +
    'are over. Layers: async ones that do nothing.',
  columns: [
    { head: 'CPU µs a call', metric: 'cpu' },
    { head: 'held, KB', metric: 'held', scale: 1e-3 },
    { head: 'held, B each', metric: 'each' },
  ],
  goals: [
    most('CPU a call, 10 000 at once × 100 at once', 2.5, (runs) =>
      ratio(runs, name('concurrent', 10_000), name('concurrent', 100), 'cpu'),
    ),
    most('held by 10 000 healthy origins', 5, megabytes(name('origins', 10_000)), ' MB'),
    most('held by 10 000 failing origins', 20, megabytes(name('failing origins', 10_000)), ' MB'),
    most('CPU a call, 40 layers × 10', 4, (runs) =>
      ratio(runs, name('layers', 40, 'off'), name('layers', 10, 'off'), 'cpu'),
    ),
  ],
  measure,
}

async function measure({ rounds, only, progress }: Effort): Promise<Samples> {
  const notebook = new Notebook()
  const children: Child[] = []
  try {
    for (const subject of wanted([...rows.keys()], only)) {
      progress(`warming up ${subject}`)
      const child = await Child.start(subject, new URL('worker.ts', import.meta.url), rows.get(subject)!, [
        '--expose-gc',
      ])
      children.push(child)
      await child.ask('warm up')
    }
    await inTurns(children, rounds, async (child, round) => {
      progress(`round ${round + 1} of ${rounds}: ${child.name}`)
      const [kind, size] = rows.get(child.name)!
      const { cpu, held } = await child.ask<Cost>('measure')
      notebook.write(child.name, kind === 'layers' ? { cpu } : { cpu, held, each: held / Number(size) })
    })
  } finally {
    for (const child of children) child.close()
  }
  return notebook.samples
}
