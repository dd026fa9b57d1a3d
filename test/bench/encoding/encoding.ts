import { Child } from '../harness/child.ts'
import { inTurns, Notebook } from '../harness/notebook.ts'
import { PictureFile } from '../harness/picture-file.ts'
import { type Effort, type Part, wanted } from '../harness/part.ts'
import { measured, ratio, type Samples } from '../harness/samples.ts'
import { baiduWay, ways } from './ways.ts'
import type { Cost } from './worker.ts'

const buffered = 'penstock, buffered'
const streamed = 'penstock, streamed'

export const encoding: Part = {
  name: 'encoding',
  title: 'Encoding an image of 7 MB as a form',
  about:
    'From the raw bytes to the bytes of `image=…`, base64 and escaped; all ways give the same bytes, and that is checked. ' +
    'RSS: what the process ever stood above what it was before the first image, which it holds already.',
  columns: [
    { head: 'CPU ms an image', metric: 'cpu' },
    { head: '× qs.stringify', metric: 'cpu', to: baiduWay },
    { head: '× URLSearchParams', metric: 'cpu', to: 'URLSearchParams' },
    { head: 'RSS MB more', metric: 'rss' },
  ],
  goals: [
    { says: 'CPU of baidu-aip-sdk’s way × buffered', least: 30, of: (runs) => ratio(runs, baiduWay, buffered, 'cpu') },
    { says: 'CPU of baidu-aip-sdk’s way × streamed', least: 30, of: (runs) => ratio(runs, baiduWay, streamed, 'cpu') },
    {
      says: 'CPU of URLSearchParams × buffered',
      least: 3,
      of: (runs) => ratio(runs, 'URLSearchParams', buffered, 'cpu'),
    },
    { says: 'RSS more, buffered', most: 60, unit: ' MB', of: (runs) => measured(runs, buffered, 'rss') },
    { says: 'RSS more, streamed', most: 6, unit: ' MB', of: (runs) => measured(runs, streamed, 'rss') },
  ],
  measure,
}

async function measure({ rounds, only, progress }: Effort): Promise<Samples> {
  const notebook = new Notebook()
  const children: Child[] = []
  using picture = new PictureFile(7 * 2 ** 20)
  try {
    for (const name of wanted(Object.keys(ways), only))
      children.push(
        await Child.start(name, new URL('worker.ts', import.meta.url), [name, picture.path], ['--expose-gc']),
      )
    await inTurns(children, rounds, async (child, round) => {
      progress(`round ${round + 1} of ${rounds}: ${child.name}`)
      const { cpu, ms, rss } = await child.ask<Cost>('encode')
      notebook.write(child.name, { cpu, ms, rss })
    })
    const digests = new Set<string>()
    for (const child of children) digests.add(await child.ask<string>('digest'))
    if (digests.size !== 1) throw new Error('the ways do not make the same bytes')
  } finally {
    for (const child of children) child.close()
  }
  return notebook.samples
}
