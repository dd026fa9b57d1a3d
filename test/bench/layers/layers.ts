import { Child } from '../harness/child.ts'
import { inTurns, Notebook } from '../harness/notebook.ts'
import { type Effort, type Part, wanted } from '../harness/part.ts'
import { difference, measured, ratio, type Samples } from '../harness/samples.ts'
import { penstock } from './ours.ts'
import { peers } from './peers.ts'
import { recorder } from './recorder.ts'
import type { Cost } from './worker.ts'

const more = (says: string, subject: string, most: number, metric = 'more') => ({
  says,
  most,
  unit: ' ns',
  of: (runs: readonly Samples[]) => measured(runs, subject, metric),
})

/** The same goals in closures of the same round: where they were set, one that passed through took 2 ns, an async one 63. */
const timesClosures = (says: string, subject: string, closures: string, most: number, metric = 'more') => ({
  says,
  most,
  of: (runs: readonly Samples[]) => ratio(runs, subject, closures, metric),
})

/** What a level costs a call through the whole stack, birth and end included, beyond level `off`. */
const beyondOff = (level: string, most: number) => ({
  says: `recording at level ${level}, beyond off`,
  most,
  unit: ' ns',
  of: (runs: readonly Samples[]) =>
    difference(runs, `penstock, whole stack, ${level}`, 'penstock, whole stack', ['none', 'more']),
})

export const layers: Part = {
  name: 'layers',
  title: 'Layers, over a terminal that answers at once',
  about:
    'Nanoseconds a call, one call after the other, nothing on a wire. What eight layers cost is what a call costs with ' +
    'them less what it costs without; the default stack has thirteen, cockatiel five. One layer more is a seventh of what eight ' +
    'of them cost beyond one.',
  columns: [
    { head: 'without layers, ns', metric: 'none' },
    { head: 'its layers, ns', metric: 'more' },
    { head: 'an eighth of it', metric: 'layer' },
    { head: 'one layer more', metric: 'further' },
  ],
  goals: [
    more('a layer that passes through, an eighth of eight', 'penstock, passing through', 5, 'layer'),
    more('one more that passes through', 'penstock, passing through', 5, 'further'),
    more('an async layer, an eighth of eight', 'penstock, async', 75, 'layer'),
    more('one async layer more', 'penstock, async', 75, 'further'),
    more('eight layers that work', 'penstock, eight layers', 800),
    more('defaultStack()', 'penstock, defaultStack()', 1_500),
    more('whole stack', 'penstock, whole stack', 1_500),
    timesClosures(
      'a layer that passes through × such a closure',
      'penstock, passing through',
      'closures, passing through',
      2.5,
    ),
    timesClosures(
      'one more that passes through × one such closure more',
      'penstock, passing through',
      'closures, passing through',
      2.5,
      'further',
    ),
    timesClosures('an async layer × an async closure', 'penstock, async', 'closures, async', 1.19),
    timesClosures(
      'one async layer more × one async closure more',
      'penstock, async',
      'closures, async',
      1.19,
      'further',
    ),
    timesClosures('eight layers that work × eight async closures', 'penstock, eight layers', 'closures, async', 1.59),
    timesClosures('defaultStack() × eight async closures', 'penstock, defaultStack()', 'closures, async', 2.98),
    more('recording at level off, beside the look at the clock that a deadline needs', 'recorder alone, off', 60),
    beyondOff('errors', 3_000),
    beyondOff('all', 15_000),
  ],
  measure,
}

async function measure({ rounds, only, progress }: Effort): Promise<Samples> {
  const notebook = new Notebook()
  const children: Child[] = []
  try {
    for (const name of wanted([...Object.keys(peers), ...Object.keys(penstock), ...Object.keys(recorder)], only)) {
      progress(`warming up ${name}`)
      const child = await Child.start(name, new URL('worker.ts', import.meta.url), [name])
      children.push(child)
      // engines need longer for a stack than for one function
      await child.ask(Object.hasOwn(recorder, name) ? 10_000 : 60_000)
    }
    await inTurns(children, rounds, async (child, round) => {
      progress(`round ${round + 1} of ${rounds}: ${child.name}`)
      const { none, more, further } = await child.ask<Cost>(10_000)
      notebook.write(child.name, { none, more, layer: more / 8, ...(further !== undefined && { further }) })
    })
  } finally {
    for (const child of children) child.close()
  }
  return notebook.samples
}
