/** A file from a stranger: it is shown, or refused in a sentence; it crashes nothing, hangs nothing, steers no terminal. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { main } from '../../packages/ocr/src/cli/main.ts'
import { richFlight } from '../support/rich-flight.ts'

vi.setConfig({ testTimeout: 60_000 })

const home = mkdtempSync(join(tmpdir(), 'penstock-hostile-'))
afterAll(() => rmSync(home, { recursive: true }))
const file = join(home, 'calls.penstock')

/** What the command says of a file, and how it ends. */
async function said(content: string | Uint8Array, words: readonly string[]) {
  writeFileSync(file, content)
  let text = ''
  const write = (piece: string | Uint8Array) => ((text += String(piece)), true)
  const spies = [process.stdout, process.stderr].map((stream) => vi.spyOn(stream, 'write').mockImplementation(write))
  try {
    const [command, ...rest] = words
    const code = await main([command!, file, ...rest], { LANG: 'en_US.UTF-8' }, new AbortController().signal)
    return { code, text }
  } finally {
    for (const spy of spies) spy.mockRestore()
  }
}

const views = [
  ['report'],
  ['report', '--ascii'],
  ['report', '--json'],
  ['report', '--curl'],
  ['report', '--har', '-'],
  ['report', '--html', '-'],
  ['replay'],
  ['replay', '--as-test'],
  ['bundle', '-o', join(home, 'bundle.zip')],
]

const steering = '\u001b]0;owned\u0007\u009b2J\u202e'
const control = /(?![\n\t])[\p{Cc}\p{Cf}]/u
const trace = /^\s+at .*:\d+/m

const written = JSON.stringify(richFlight)
const nested = (levels: number) => written.replace('{', `{"deep":${'['.repeat(levels)}${']'.repeat(levels)},`)

const placesOf = (value: unknown): string[][] =>
  typeof value === 'object' && value !== null
    ? Object.entries(value).flatMap(([key, one]) => [[key], ...placesOf(one).map((rest) => [key, ...rest])])
    : []

function replaced(value: unknown, [key, ...rest]: readonly string[], by: unknown): unknown {
  if (key === undefined) return by
  const copy = Array.isArray(value) ? [...value] : { ...(value as object) }
  Reflect.set(copy, key, replaced(Reflect.get(copy, key), rest, by))
  return copy
}

it('shows or refuses a flight with anything in any place, in every view', async () => {
  const odd = fc.oneof(
    fc.constantFrom(null, '', steering, 0, -1, 1e15, 1e308, -1e300, 1.5, true, {}, [], [steering], { toString: 1 }),
    fc.constantFrom('__proto__', 'constructor', 'x'.repeat(5000), '\ud800', 'a.b.c', 'https://a.example/%ff'),
    fc.double(),
    fc.string({ unit: 'binary' }),
  )
  const place = fc.constantFrom(...placesOf(JSON.parse(written)))
  await fc.assert(
    fc.asyncProperty(place, odd, fc.constantFrom(...views), async (at, by, view) => {
      const { code, text } = await said(`${JSON.stringify(replaced(JSON.parse(written), at, by))}\n`, view)
      expect([0, 65, 78]).toContain(code)
      expect(text).not.toMatch(control)
      expect(text).not.toMatch(trace)
    }),
    { numRuns: 1000 },
  )
})

describe.each(views.map((view) => [view.slice(0, 3).join(' ').replace(home, ''), view] as const))('%s', (_, view) => {
  it.each([
    ['bytes of a picture', Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex'), 'this is no JSON'],
    ['a flight in UTF-16', Buffer.from(`\ufeff${written}`, 'utf16le'), 'this is no JSON'],
    ['a page', '<!doctype html>', 'this is no JSON'],
    ['a line of ten million', 'x'.repeat(1e7), 'this is no JSON'],
    ['a number that is none', `${written.replace(/"took":[\d.]+/, '"took":NaN')}\n`, 'this is no JSON'],
    ['brackets without end', '['.repeat(200_000), 'this is no JSON'],
    ['brackets in a flight', `${nested(1000)}\n`, 'nested too deeply'],
    ['another schema', `${JSON.stringify({ schema: steering })}\n`, String.raw`its schema is \u001b]0;owned`],
    ['a HAR file', '{"log":{}}', 'schema is missing'],
    ['a prototype', '{"__proto__":{"schema":"penstock.flight/1"}}\n', 'schema is missing'],
    ['a script for an address', `${written.replaceAll('https:', 'javascript:')}\n`, 'url is missing'],
    [
      'a verdict that nobody knows',
      `${written.replaceAll('"verdict":"rate"', '"verdict":"toString"')}\n`,
      'verdict is',
    ],
  ])('refuses %s', async (__, content, because) => {
    const { code, text } = await said(content, view)

    expect([code, text.split('\n')[0]]).toEqual([65, expect.stringContaining('✗ FLIGHT_FILE')])
    expect(text).toContain(because)
    expect(text).toContain('\n  → ')
    expect(text).not.toMatch(control)
  })
})

it('does not spend what a file asks for', async () => {
  const recording = { ...richFlight.recording, body: 'once', layers: { retry: { retries: 1e15, delay: 0 } } }
  const trips = richFlight.trips.map((trip) => ({ ...trip, bytesSent: 1e15 }))
  const { code } = await said(`${JSON.stringify({ ...richFlight, maxAttempts: 1e15, recording, trips })}\n`, ['replay'])

  expect([65, 78]).toContain(code)
})

it('says what to do where there is no call, and which stack cannot be taken', async () => {
  expect((await said('', ['replay'])).text).toContain('→ Give a file with a call in it')
  expect((await said(`${written}\n`, ['replay', '--stack', join(home, 'nowhere.ts')])).text).toMatch(
    /^✗ CONFIG_INVALID .*nowhere\.ts has no default export that is a stack$/m,
  )
})
