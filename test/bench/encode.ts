/**
 * Ways to make a form of 7 MB of image, side by side: a process a way, rounds interleaved, ratios of one round, medians.
 *
 * Run by `./dev node --conditions=source test/bench/encode.ts [rounds]`.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createRequire } from 'node:module'
import querystring from 'node:querystring'
import { form } from '../../packages/core/src/encode/form.ts'

type Measured = { readonly ms: number; readonly peak: number; readonly length: number }

const size = 7_000_000

const require = createRequire(import.meta.url)
const requireOfRequest = createRequire(createRequire(require.resolve('baidu-aip-sdk')).resolve('request'))
const base64 = (image: Buffer) => image.toString('base64')

/** Each makes the whole body from the raw bytes, and says how long it is. */
const ways: Readonly<Record<string, (image: Buffer) => number>> = {
  'penstock, streamed': (image) => {
    const { body } = form({ image })
    if (body.kind !== 'factory') throw new TypeError('a large form is a recipe')
    const pieces = (body.open() as Generator<Uint8Array, void, Uint8Array | undefined>)[Symbol.iterator]()
    let length = 0
    for (let next = pieces.next(); !next.done; next = pieces.next(next.value)) length += next.value.length
    return length
  },
  'penstock, buffered': (image) => {
    const { body } = form({ image })
    if (body.kind !== 'factory') throw new TypeError('a large form is a recipe')
    const whole = Buffer.allocUnsafeSlow(body.length!)
    const pieces = (body.open() as Generator<Uint8Array, void, Uint8Array | undefined>)[Symbol.iterator]()
    let length = 0
    for (let next = pieces.next(); !next.done; next = pieces.next(next.value)) {
      whole.set(next.value, length)
      length += next.value.length
    }
    return length
  },
  URLSearchParams: (image) => Buffer.from(new URLSearchParams({ image: base64(image) }).toString()).length,
  'querystring.stringify': (image) => Buffer.from(querystring.stringify({ image: base64(image) })).length,
  'qs.stringify, as baidu-aip-sdk does': (image) => {
    const qs = requireOfRequest('qs') as { stringify(value: object): string }
    return Buffer.from(qs.stringify({ image: base64(image) })).length
  },
}

if (process.send === undefined) await compare(Number(process.argv[2] ?? 9))
else measure(process.argv[2]!)

/** In a child: one encoding whenever it is asked. */
function measure(name: string): void {
  const way = ways[name]!
  const image = randomBytes(size)
  process.on('message', () => {
    const before = process.memoryUsage.rss()
    const start = performance.now()
    const length = way(image)
    const ms = performance.now() - start
    const peak = Math.max(0, process.resourceUsage().maxRSS * 1024 - before)
    process.send!({ ms, peak, length } satisfies Measured)
  })
  process.send!('ready')
}

async function started(name: string): Promise<ChildProcess> {
  const child = fork(import.meta.filename, [name])
  await once(child, 'message')
  return child
}

async function asked(child: ChildProcess): Promise<Measured> {
  child.send('go')
  const [measured] = (await once(child, 'message')) as [Measured]
  return measured
}

async function compare(rounds: number): Promise<void> {
  const names = Object.keys(ways)
  const children = await Promise.all(names.map(started))
  // the first encoding of a process is the one whose peak can be told apart; it warms up the others as well
  const first: Measured[] = []
  for (const child of children) first.push(await asked(child))
  const times: number[][] = []
  for (let round = 0; round < rounds; round++) {
    const of: number[] = []
    for (const child of children) of.push((await asked(child)).ms)
    times.push(of)
  }
  for (const child of children) child.disconnect()
  console.log(`A form of ${size / 1e6} MB, ${rounds} rounds, medians (lowest – highest)\n`)
  console.log('| way | ms | faster than qs | faster than URLSearchParams | peak RSS, MB more |\n|---|---|---|---|---|')
  const row = (name: string, at: number) => {
    const over = (other: string) => spread(times.map((of) => of[names.indexOf(other)]! / of[at]!))
    const faster = `${over(names.at(-1)!)} | ${over('URLSearchParams')}`
    console.log(
      `| ${name} | ${spread(times.map((of) => of[at]!))} | ${faster} | ${(first[at]!.peak / 1e6).toFixed(1)} |`,
    )
  }
  names.forEach(row)
}

function spread(numbers: readonly number[]): string {
  const sorted = numbers.toSorted((a, b) => a - b)
  const [low, median, high] = [0, Math.floor(sorted.length / 2), sorted.length - 1].map((at) => sorted[at]!.toFixed(1))
  return `${median} (${low} – ${high})`
}
