/** One size of one kind of work, in a process of its own. */
import { bytesBody, client, Failure, type Level, pipeline, Reply, type Stackable, type Transport } from '@penstock/core'
import { answers } from '../harness/child.ts'
import { around } from '../layers/kinds.ts'
import { everything } from '../small/ours.ts'

export type Kind = 'concurrent' | 'origins' | 'failing origins' | 'layers'

export type Cost = {
  /** Microseconds of processor a call. */
  readonly cpu: number
  /** Bytes of heap that all of it holds: calls in flight, or what is kept of origins between calls. */
  readonly held: number
}

const [kind, sizeText, level] = process.argv.slice(2) as [Kind, string, Level]
const size = Number(sizeText)
const body = bytesBody(Buffer.from('{}'))
const headers = { 'content-type': 'application/json' }

let release: (() => void)[] = []

/** Answers when it is told to, so that as many are in flight as there are; otherwise in the next turn. */
const mock: Transport = {
  name: 'mock',
  send: () =>
    new Promise((resolve) => {
      const answer = () =>
        resolve(
          kind === 'failing origins'
            ? new Failure('network', 'CONNECTION_REFUSED', 'mock', 'nobody is there', {
                phase: 'connect',
                sent: 'none',
              })
            : new Reply(200, headers, body),
        )
      if (kind === 'concurrent') release.push(answer)
      else setImmediate(answer)
    }),
  close: () => Promise.resolve(),
}

const stack = (): readonly Stackable[] => (kind === 'layers' ? around(size) : everything())

const http = client({
  pipeline: pipeline([...stack()], mock),
  origin: 'http://127.0.0.1',
  diagnose: level,
  maxAttempts: 1,
})

const heap = () => {
  globalThis.gc!()
  globalThis.gc!()
  return process.memoryUsage().heapUsed
}

// the code that runs is compiled, and what one origin holds is there
await Promise.all(
  Array.from({ length: 2_000 }, () => {
    const flying = http.outcome({ path: 'http://first.example.com/json' })
    setImmediate(() => release.pop()?.())
    return flying
  }),
)
release = []
const empty = heap()

/** As many at once as there are, several times over. */
async function concurrent(): Promise<{ readonly calls: number; readonly held: number }> {
  const waves = Math.max(2, Math.ceil(20_000 / size))
  let held = 0
  for (let wave = 0; wave < waves; wave++) {
    const before = wave === 0 ? heap() : 0
    const flying = Array.from({ length: size }, (_, index) => http.outcome({ path: `/json?n=${index}` }))
    while (release.length < size) await new Promise(setImmediate)
    if (wave === 0) held = Math.max(0, heap() - before)
    const answering = release
    release = []
    answering.forEach((answer) => answer())
    await Promise.all(flying)
  }
  return { calls: waves * size, held }
}

/** One origin after the other, 64 at a time, and again: what stays is what is kept of them. */
async function origins(): Promise<{ readonly calls: number; readonly held: number }> {
  const calls = Math.max(20_000, 2 * size)
  let left = calls
  const caller = async () => {
    while (left-- > 0) await http.outcome({ path: `http://host-${left % size}.example.com/json` })
  }
  await Promise.all(Array.from({ length: 64 }, caller))
  return { calls, held: Math.max(0, heap() - empty) }
}

async function layers(): Promise<{ readonly calls: number; readonly held: number }> {
  const calls = 20_000
  for (let call = 0; call < calls; call++) await http.outcome({ path: '/json' })
  return { calls, held: 0 }
}

const act = { concurrent, origins, 'failing origins': origins, layers }[kind]

answers(async (): Promise<Cost> => {
  const before = process.cpuUsage()
  const { calls, held } = await act()
  const { user, system } = process.cpuUsage(before)
  return { cpu: (user + system) / calls, held }
})
