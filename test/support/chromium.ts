import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Readable, Writable } from 'node:stream'
import { isInstalled } from './needs.ts'

type Params = Readonly<Record<string, unknown>>

export type Event = { readonly method: string; readonly params: Params }

export type Tab = {
  /** All that it has told of since it was opened. */
  readonly events: readonly Event[]
  readonly send: <Result = Params>(method: string, params?: Params) => Promise<Result>
  /** The value of an expression, a promise's too. */
  readonly value: <Result>(expression: string) => Promise<Result>
  /** Opens an address and waits until it has loaded. */
  readonly open: (url: string) => Promise<void>
}

export type Chromium = AsyncDisposable & { readonly tab: () => Promise<Tab> }

/** The Chromium of this machine, without a window, spoken to over a pipe in its DevTools protocol. */
export async function startChromium(env: Readonly<Record<string, string>> = {}): Promise<Chromium> {
  if (!isInstalled('chromium'))
    throw new Error('chromium is not installed: apt-get install chromium (debian-packages.txt)')
  const home = mkdtempSync(join(tmpdir(), 'chromium-'))
  const child = spawn(
    'chromium',
    [
      '--headless=new',
      '--remote-debugging-pipe',
      // its own pages alone are opened, and a container has no user for the sandbox
      '--no-sandbox',
      '--disable-gpu',
      '--disable-dev-shm-usage',
      '--disable-background-networking',
      '--hide-scrollbars',
      '--no-first-run',
      `--user-data-dir=${home}`,
    ],
    {
      stdio: ['ignore', 'ignore', 'ignore', 'pipe', 'pipe'],
      env: { PATH: process.env['PATH'], HOME: home, LC_ALL: 'C.UTF-8', ...env },
    },
  )
  const gone = once(child, 'exit')
  const { send, listen } = conversation(child.stdio[3] as Writable, child.stdio[4] as Readable)
  return {
    async tab() {
      const { targetId } = await send<{ targetId: string }>('Target.createTarget', { url: 'about:blank' })
      const { sessionId } = await send<{ sessionId: string }>('Target.attachToTarget', { targetId, flatten: true })
      return tabOf(
        <Result>(method: string, params?: Params) => send<Result>(method, params, sessionId),
        (heard) => listen(sessionId, heard),
      )
    },
    async [Symbol.asyncDispose]() {
      await send('Browser.close')
      await gone
      rmSync(home, { recursive: true, force: true })
    },
  }
}

type Send = <Result = Params>(method: string, params?: Params, sessionId?: string) => Promise<Result>
type Message = Event & { id?: number; sessionId?: string; result?: unknown; error?: { message: string } }

/** Messages of JSON, each ended by a zero byte. */
function conversation(into: Writable, from: Readable) {
  const waiting = new Map<number, PromiseWithResolvers<unknown>>()
  const listeners = new Map<string, (event: Event) => void>()
  let count = 0
  let rest = ''
  from.setEncoding('utf8').on('data', (text: string) => {
    const messages = (rest + text).split('\0')
    rest = messages.pop()!
    for (const message of messages) take(JSON.parse(message) as Message)
  })
  function take({ id, sessionId = '', result, error, method, params }: Message): void {
    if (id === undefined) return listeners.get(sessionId)?.({ method, params })
    const { resolve, reject } = waiting.get(id)!
    waiting.delete(id)
    if (error === undefined) resolve(result)
    else reject(new Error(error.message))
  }
  const send: Send = <Result>(method: string, params: Params = {}, sessionId?: string) => {
    const answer = Promise.withResolvers<unknown>()
    waiting.set(++count, answer)
    into.write(`${JSON.stringify({ id: count, method, params, sessionId })}\0`)
    return answer.promise as Promise<Result>
  }
  return { send, listen: (sessionId: string, heard: (event: Event) => void) => void listeners.set(sessionId, heard) }
}

async function tabOf(send: Tab['send'], listen: (heard: (event: Event) => void) => void): Promise<Tab> {
  const events: Event[] = []
  let loaded = Promise.withResolvers<void>()
  listen((event) => {
    events.push(event)
    if (event.method === 'Page.loadEventFired') loaded.resolve()
  })
  for (const domain of ['Page', 'Network', 'Log', 'Runtime', 'Audits']) await send(`${domain}.enable`)
  return {
    events,
    send,
    async value<Result>(expression: string) {
      const options = { expression, awaitPromise: true, returnByValue: true }
      const { result, exceptionDetails } = await send<{
        result: { value: Result }
        exceptionDetails?: { text: string; exception?: { description?: string } }
      }>('Runtime.evaluate', options)
      if (exceptionDetails !== undefined)
        throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text)
      return result.value
    },
    async open(url) {
      loaded = Promise.withResolvers()
      const { errorText } = await send<{ errorText?: string }>('Page.navigate', { url })
      if (errorText !== undefined) throw new Error(`${url}: ${errorText}`)
      await loaded.promise
    },
  }
}
