import { Child } from '../harness/child.ts'
import { inTurns, Notebook } from '../harness/notebook.ts'
import { type Effort, type Part, wanted } from '../harness/part.ts'
import { difference, measured, ratio, type Samples } from '../harness/samples.ts'
import * as alone from './alone.ts'
import * as ours from './ours.ts'
import * as peers from './peers.ts'
import * as recorder from './recorder.ts'
import type { Answer, Cost } from './worker.ts'

/** By the name of their file. */
const files = { peers, alone, ours, recorder }

const more = (says: string, subject: string, most: number, metric = 'more') => ({
  says,
  most,
  unit: ' ns',
  of: (runs: readonly Samples[]) => measured(runs, subject, metric),
})

/** The same goals in closures of the same round: where they were set, one that passed through took 2 ns, an async one 63. */
const timesClosures = (says: string, subject: string, closures: string, most: number) => ({
  says,
  most,
  of: (runs: readonly Samples[]) => ratio(runs, subject, closures, 'more'),
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
    'Nanoseconds a call, one call after the other, nothing on a wire. Each round is another process, for one is compiled to ' +
    'faster code than the next; of its turns in up to five seconds those nine count around which eight bare closures were quickest. What eight layers cost is what a call costs with ' +
    'them less what it costs without; the default stack has thirteen, cockatiel five. One layer more is a seventh of what eight ' +
    'of them cost beyond one. A penstock pipeline stands by itself, as peers do; the other rows of ours are calls of a client, ' +
    'from birth to closed ledger.',
  columns: [
    { head: 'without layers, ns', metric: 'none' },
    { head: 'its layers, ns', metric: 'more' },
    { head: 'an eighth of it', metric: 'layer' },
    { head: 'one layer more', metric: 'further' },
  ],
  goals: [
    more('a layer that passes through', 'penstock pipeline, passing through', 5, 'layer'),
    more('an async layer', 'penstock pipeline, async', 75, 'layer'),
    more('through a client, one that passes through, an eighth of eight', 'penstock, passing through', 5, 'layer'),
    more('through a client, one more that passes through', 'penstock, passing through', 5, 'further'),
    more('through a client, an async one, an eighth of eight', 'penstock, async', 75, 'layer'),
    more('through a client, one async more', 'penstock, async', 75, 'further'),
    more('eight layers that work', 'penstock, eight layers', 800),
    more('defaultStack()', 'penstock, defaultStack()', 1_500),
    more('whole stack', 'penstock, whole stack', 1_500),
    timesClosures(
      'a layer that passes through × such a closure',
      'penstock pipeline, passing through',
      'closures, passing through',
      2.5,
    ),
    timesClosures('an async layer × an async closure', 'penstock pipeline, async', 'closures, async', 1.19),
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
  const subjects = Object.entries(files).flatMap(([file, { chains }]) =>
    wanted(Object.keys(chains), only).map((name) => ({ file, name })),
  )
  let best = Infinity
  async function ask(child: Child, patience: number): Promise<Cost> {
    const answer = await child.ask<Answer>({ patience, best })
    best = answer.best
    return answer.cost
  }
  await inTurns(subjects, rounds, async ({ file, name }, round) => {
    progress(`round ${round + 1} of ${rounds}: ${name}`)
    const child = await Child.start(name, new URL('worker.ts', import.meta.url), [file, name])
    try {
      // until it is compiled
      await ask(child, 1_000)
      const { none, more, further } = await ask(child, 5_000)
      notebook.write(name, { none, more, layer: more / 8, ...(further !== undefined && { further }) })
    } finally {
      child.close()
    }
  })
  return notebook.samples
}
