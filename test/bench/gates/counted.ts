/**
 * What a call costs in things that can be counted, whatever else the machine does: bytes, promises, and what is left when
 * it is over. A program of its own, because the sizes of the heap are set when a process starts; prints JSON.
 */
import { createHook } from 'node:async_hooks'
import {
  bytesBody,
  client,
  type Client,
  Failure,
  type Level,
  pipeline,
  Reply,
  type Stackable,
  type Transport,
} from '@penstock/core'
import { around } from '../layers/kinds.ts'
import { defaultStack } from '@penstock/middleware'
import { eight, everything } from '../small/ours.ts'

export type Counted = {
  /** Bytes allocated and promises made by a call that goes well, by the stack it goes through. */
  readonly calls: Readonly<Record<string, { readonly bytes: number; readonly promises: number }>>
  /** Bytes that 100 000 calls left behind, one in ten of them repeated. */
  readonly left: number
}

const body = bytesBody(Buffer.from('{}'))
const headers = { 'content-type': 'application/json' }
let breaks = false

/** Answers at once; when told to break, every tenth time not. */
let sent = 0
const mock: Transport = {
  name: 'mock',
  send: () =>
    Promise.resolve(
      breaks && ++sent % 10 === 0
        ? new Failure('network', 'CONNECTION_RESET', 'mock', 'it broke', { phase: 'wait', sent: 'all' })
        : new Reply(200, headers, body),
    ),
  close: () => Promise.resolve(),
}

const made = (layers: readonly Stackable[], diagnose: Level): Client =>
  client({ pipeline: pipeline([...layers], mock), origin: 'https://api.example.com', diagnose })

const clients: Readonly<Record<string, Client>> = {
  'no layer': made([], 'off'),
  'eight async layers that do nothing': made(around(8), 'off'),
  'eight layers': made(eight(), 'off'),
  'defaultStack()': made(defaultStack(), 'off'),
  'whole stack': made(everything(), 'off'),
  'whole stack, errors': made(everything(), 'errors'),
  'whole stack, all': made(everything(), 'all'),
}

async function load(http: Client, calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) await (await http.get('/json')).json()
}

const heap = () => {
  globalThis.gc!()
  globalThis.gc!()
  return process.memoryUsage().heapUsed
}

async function bytesOf(http: Client): Promise<number> {
  const calls = 1_000
  const found: number[] = []
  // what the compiler does in between is in one of them, not in the least
  for (let turn = 0; turn < 5; turn++) {
    const before = heap()
    await load(http, calls)
    found.push((process.memoryUsage().heapUsed - before) / calls)
  }
  return Math.round(Math.min(...found))
}

let promises = 0
const hook = createHook({ init: (_, type) => void (promises += type === 'PROMISE' ? 1 : 0) })

async function promisesOf(http: Client): Promise<number> {
  const calls = 100
  hook.enable()
  const before = promises
  await load(http, calls)
  const made = promises - before
  hook.disable()
  return Math.round(made / calls)
}

/** Several callers at a time: most of it is waiting for what is repeated. */
const together = (http: Client, calls: number) =>
  Promise.all(Array.from({ length: 200 }, () => load(http, calls / 200)))

async function left(): Promise<number> {
  breaks = true
  const http = client({
    pipeline: pipeline([...defaultStack({ retry: { delay: 0 } })], mock),
    origin: 'https://api.example.com',
  })
  await together(http, 20_000)
  const before = heap()
  await together(http, 100_000)
  return heap() - before
}

const bytes: Record<string, number> = {}
for (const [name, http] of Object.entries(clients)) {
  await load(http, 5_000)
  bytes[name] = await bytesOf(http)
}
const calls: Record<string, { readonly bytes: number; readonly promises: number }> = {}
for (const [name, http] of Object.entries(clients))
  calls[name] = { bytes: bytes[name]!, promises: await promisesOf(http) }

console.log(JSON.stringify({ calls, left: await left() } satisfies Counted))
