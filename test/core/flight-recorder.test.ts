/** The last calls are kept, within bounds; when one fails they are written, each once. */
import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { client, pipeline, secret } from '@penstock/core'
import { flightRecorder, type FlightRecorderOptions, readFlights } from '@penstock/core/diagnose'
import { breaks, replies, scriptedTransport, seeded, virtualClock } from '@penstock/core/testing'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'

let dir: string
beforeEach(() => void (dir = mkdtempSync(join(tmpdir(), 'recorder-'))))
afterEach(() => rmSync(dir, { recursive: true }))

/** Makes calls to these paths; those to `/bad` fail. */
async function recorded(options: FlightRecorderOptions, ...paths: string[]) {
  using recorder = flightRecorder(options)
  const made = pipeline(
    [],
    scriptedTransport((call) => (call.path.startsWith('/bad') ? breaks('CONNECTION_RESET') : replies(200))(call)),
  )
  const http = client({ pipeline: made, origin: 'https://a.example', clock: virtualClock(), chance: seeded(1) })
  for (const path of paths) await http.get(path).catch(() => {})
  await new Promise((resolve) => setImmediate(resolve))
  return recorder
}

const pathsOf = (flights: readonly { readonly url: string }[]) => flights.map(({ url }) => new URL(url).pathname)

describe('flightRecorder', () => {
  it('keeps the last calls, the oldest first', async () => {
    const recorder = await recorded({ flights: 2 }, '/1', '/2', '/bad')

    expect(pathsOf(recorder.flights)).toEqual(['/2', '/bad'])
  })

  it('keeps no more than its bytes, about, and always the last call', async () => {
    const { flights } = await recorded({ bytes: 5000 }, ...Array.from({ length: 20 }, (_, at) => `/${at}`))

    expect(flights.length).toBeGreaterThan(1)
    expect(JSON.stringify(flights).length).toBeLessThanOrEqual(5000)
    expect((await recorded({ bytes: 1 }, '/1', '/2')).flights).toHaveLength(1)
  })

  it('gives what it keeps as lines that can be read again', async () => {
    const recorder = await recorded({}, '/1', '/bad')

    expect(JSON.stringify(readFlights(recorder.ndjson()))).toBe(JSON.stringify(recorder.flights))
  })

  it('writes what led to a failure, each call once, and nothing without one', async () => {
    const dump = join(dir, 'calls.penstock')
    await recorded({ dump }, '/1')
    expect(existsSync(dump)).toBe(false)

    await recorded({ dump }, '/1', '/2', '/bad', '/3', '/bad/2')
    expect(pathsOf(readFlights(dump))).toEqual(['/1', '/2', '/bad', '/3', '/bad/2'])
    expect(statSync(dump).mode & 0o777).toBe(0o600)
  })

  it('writes to a stream', async () => {
    let text = ''
    await recorded({ dump: { write: (line) => (text += line) } }, '/1', '/bad')

    expect(pathsOf(readFlights(text))).toEqual(['/1', '/bad'])
  })

  it('writes no more than it may, and counts what it leaves out', async () => {
    const dump = join(dir, 'calls.penstock')
    const { dropped } = await recorded({ dump, dumpBytes: 1500 }, '/bad/1', '/bad/2', '/bad/3', '/bad/4', '/bad/5')

    expect(statSync(dump).size).toBeLessThanOrEqual(1500)
    expect(dropped).toBe(5 - readFlights(dump).length)
    expect(dropped).toBeGreaterThan(0)
  })

  it('counts what cannot be written, and harms no call', async () => {
    const broken = await recorded({ dump: join(dir, 'not', 'there') }, '/1', '/bad')
    const throwing = await recorded(
      {
        dump: {
          write() {
            throw new Error('full')
          },
        },
      },
      '/bad',
    )

    expect([broken.dropped, throwing.dropped]).toEqual([2, 1])
  })

  it('writes no live secret', async () => {
    const key = secret('api_key', 'a-very-secret-key-4711')
    const dump = join(dir, 'calls.penstock')
    await recorded({ dump }, '/a-very-secret-key-4711', '/bad')

    expect(readFileSync(dump, 'utf8')).not.toContain(key.reveal())
  })

  it.each(['flights', 'bytes', 'dumpBytes'])('refuses %s below 1', (name) => {
    expect(() => flightRecorder({ [name]: 0 })).toThrow(`flightRecorder({ ${name} }) is 0: give 1 or more`)
  })
})
