import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Child } from '../harness/child.ts'
import { inTurns, Notebook } from '../harness/notebook.ts'
import { type Effort, type Goal, type Part, wanted } from '../harness/part.ts'
import { PictureFile } from '../harness/picture-file.ts'
import { measured, ratio, type Samples } from '../harness/samples.ts'
import type { Received } from './receiving-server.ts'
import { sameUrl, subjects } from './subjects.ts'
import type { Cost } from './worker.ts'

const baidu = 'baidu-aip-sdk'
const tencent = 'tencentcloud-sdk-nodejs-ocr, JSON'
const onUndici = 'penstock on undici'
const onGot = 'penstock on got'
const concurrency = 4

const rate = (subject: string, to: string, least: number): Goal => ({
  says: `images a second, ${subject} × ${to}`,
  least,
  of: (runs) => ratio(runs, subject, to, 'perSecond'),
})
const cpu = (subject: string, to: string, least: number): Goal => ({
  says: `CPU of ${to} × ${subject}`,
  least,
  of: (runs) => ratio(runs, to, subject, 'cpu'),
})
const memory = (subject: string, least: number): Goal => ({
  says: `RSS over idle of ${baidu} × ${subject}`,
  least,
  of: (runs) => ratio(runs, baidu, subject, 'rss'),
})

const at7: readonly Goal[] = [
  rate(`${onUndici}, buffered`, baidu, 20),
  cpu(`${onUndici}, buffered`, baidu, 20),
  rate(`${onUndici}, buffered`, 'got, form', 2),
  rate(`${onUndici}, buffered`, 'axios, URLSearchParams', 2),
  rate(`${onUndici}, buffered`, tencent, 2),
  rate(`${onUndici}, JSON signed`, tencent, 2),
  cpu(`${onUndici}, JSON signed`, tencent, 2),
  memory(`${onUndici}, buffered`, 10),
  rate(`${onUndici}, streamed`, baidu, 20),
  memory(`${onUndici}, streamed`, 15),
  {
    says: `${onUndici}, streamed, longest stall of the event loop`,
    most: 15,
    unit: ' ms',
    of: (runs) => measured(runs, `${onUndici}, streamed`, 'stall'),
  },
  rate(`${onGot}, streamed`, baidu, 20),
  memory(`${onGot}, streamed`, 5),
]
const at1: readonly Goal[] = [rate(`${onUndici}, streamed`, baidu, 6), rate(`${onGot}, streamed`, baidu, 5)]

const part = (megabytes: number, goals: readonly Goal[]): Part => ({
  name: `uploads-${megabytes}mb`,
  title: `Uploads of ${megabytes} MB, four at a time`,
  about:
    'A picture on disk, read, encoded and sent over loopback, each time anew. RSS: what the process ever stood above what ' +
    'it was before its first picture. Stall: the longest that its own work held the event loop. Who has read the bytes of a ' +
    'picture gives them back when they are needed no more, all but the OCR client, which reads by itself; ours, buffered, gives back the ' +
    'body too, where the others have text. The first body of each is unpacked by the server, and must be the picture.',
  columns: [
    { head: 'images a second', metric: 'perSecond' },
    { head: `× ${baidu}`, metric: 'perSecond', to: baidu },
    { head: 'CPU ms an image', metric: 'cpu' },
    { head: 'RSS MB over idle', metric: 'rss', scale: 1e-6 },
    { head: 'stall ms', metric: 'stall' },
  ],
  goals,
  measure: (effort) => measure(megabytes, effort),
})

export const uploads7 = part(7, at7)
export const uploads1 = part(1, at1)

async function measure(megabytes: number, { rounds, only, progress }: Effort): Promise<Samples> {
  using picture = new PictureFile(megabytes * 2 ** 20)
  const digest = createHash('sha256').update(readFileSync(picture.path)).digest('hex')
  const notebook = new Notebook()
  const server = await Child.start('server', new URL('receiving-server.ts', import.meta.url), [])
  const children: Child[] = []
  const ports = new Map<string, number>()
  const sent = new Map<string, number>()
  const last = new Map<string, number>()

  const ask = (child: Child, images: number) => {
    sent.set(child.name, (sent.get(child.name) ?? 0) + images)
    return child.ask<Cost>({ images, concurrency })
  }

  try {
    for (const name of wanted(Object.keys(subjects), only, [baidu])) {
      progress(`warming up ${name}`)
      const port = await server.ask<number>('open')
      ports.set(name, port)
      const args = [name, `http://127.0.0.1:${port}`, '/upload?n=', picture.path]
      const child = await Child.start(name, new URL('worker.ts', import.meta.url), args, ['--expose-gc'])
      children.push(child)
      await ask(child, concurrency)
    }
    await inTurns(children, rounds, async (child, round) => {
      progress(`round ${round + 1} of ${rounds}: ${child.name}`)
      const images = Math.ceil((child.name === baidu ? 8 : 16) * Math.min(4, 7 / megabytes))
      const { perSecond, cpu, stall, rss } = await ask(child, images)
      notebook.write(child.name, { perSecond, cpu, stall })
      last.set(child.name, rss)
    })
    for (const [name, rss] of last) notebook.write(name, { rss })
    for (const [name, port] of ports) agree(name, sent.get(name)!, digest, await server.ask<Received>(port))
  } finally {
    for (const child of [...children, server]) child.close()
  }
  return notebook.samples
}

function agree(name: string, images: number, digest: string, { requests, urls, digest: received }: Received): void {
  if (requests !== images) throw new Error(`${name}: ${images} images were sent, and the server counted ${requests}`)
  if (urls !== images && !sameUrl(name)) throw new Error(`${name}: ${images} images went to ${urls} URLs`)
  if (digest !== received) throw new Error(`${name}: the server found another picture in the body`)
}
