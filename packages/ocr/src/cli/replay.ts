import { pathToFileURL } from 'node:url'
import { ConfigError, duration, type Endpoint, type Flight, Secret } from '@penstock/core'
import { printable, readFlights } from '@penstock/core/diagnose'
import { replay, type Replayable, ReplayDifference } from '@penstock/core/testing'
import { defaultStack } from '@penstock/middleware'
import { baiduStack } from '../baidu-stack.ts'
import { baidu } from '../vendors/index.ts'
import { exitCodes } from './exit-codes.ts'
import type { Terminal } from './terminal.ts'

export type ReplayFlags = { readonly stack?: string; readonly asTest: boolean }

/** `penstock replay FILE`: its last call that failed, made again offline. Says each decision, and whether it is the same. */
export async function replayFile(file: string, { stack, asTest }: ReplayFlags, terminal: Terminal): Promise<number> {
  const { out, err, say, paint, paintOut, language } = terminal
  const path = pathToFileURL(file)
  if (asTest) {
    readFlights(path)
    out(testOf(file, stack))
    return exitCodes.ok
  }
  const flights = readFlights(path)
  const failed = flights.findLast(({ failure }) => failure !== undefined) ?? flights.at(-1)
  const endpoint = Object.values<object>(baidu).find((one) => 'id' in one && one.id === failed?.endpoint)
  const { flight, same, differences } = await replay(path, await stackOf(stack, failed, say), {
    differing: true,
    ...(endpoint && { endpoint: endpoint as Endpoint }),
  })
  for (const note of flight.notes)
    out(
      `${duration(note.at).padStart(8)}  #${note.attempt} ${paintOut('bold', printable(note.id))}  ${printable(note[language])}`,
    )
  const { failure, verdict } = flight
  const end = `${failure?.code ?? verdict ?? ''}${failure ? `  ${failure.because}` : ''}`
  out(`${duration(flight.took).padStart(8)}  ${printable(end)}`)
  if (same) err(paint('dim', say('replayedSame', { time: duration(flight.took) })))
  else err(`${paint('red', '✗')} ${printable(new ReplayDifference(differences).message)}`)
  return same ? exitCodes.ok : exitCodes.data
}

async function stackOf(
  file: string | undefined,
  flight: Flight | undefined,
  say: Terminal['say'],
): Promise<Replayable> {
  if (file !== undefined) {
    const { default: stack } = (await imported(file, say)) as { default?: Replayable }
    if (Array.isArray(stack) || (typeof stack === 'function' && 'plan' in stack)) return stack
    throw new ConfigError('CONFIG_INVALID', say('noStack', { file }))
  }
  if (!flight?.endpoint?.startsWith('baidu.')) return defaultStack()
  // what it is replayed with is sent nowhere
  return baiduStack({
    apiKey: new Secret('api_key', 'replayed-key'),
    secretKey: new Secret('secret_key', 'replayed-secret'),
  })
}

/** What is wrong inside it is told as it is. */
async function imported(file: string, say: Terminal['say']): Promise<unknown> {
  const { href } = pathToFileURL(file)
  try {
    return await import(href)
  } catch (error) {
    const { code, url } = error as { readonly code?: string; readonly url?: string }
    if (code !== 'ERR_MODULE_NOT_FOUND' || (url !== undefined && url !== href)) throw error
    throw new ConfigError('CONFIG_INVALID', say('noStack', { file }))
  }
}

const testOf = (file: string, stack = './stack.ts') => `import { replay } from '@penstock/core/testing'
import { test } from 'vitest'
import stack from ${quoted(stack)}

test('decides as it did', async () => {
  await replay(${quoted(file)}, stack)
})`

const quoted = (text: string) => `'${printable(text.replace(/[\\']/g, '\\$&')).replaceAll('\n', '\\n')}'`
