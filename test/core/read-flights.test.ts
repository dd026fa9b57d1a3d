/** A file of flights: what is written is read again; what is none is refused, by its line. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { FlightFileError, readFlights, waterfall } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import { flightWith, slowLayer, tooFast } from '../support/flights.ts'

const line = (flight: object) => `${JSON.stringify(flight)}\n`
const plain = { ascii: true, color: false, columns: 80 } as const

/** What reading it throws. */
function thrown(text: string): FlightFileError {
  try {
    readFlights(text)
  } catch (error) {
    if (error instanceof FlightFileError) return error
    throw error
  }
  throw new Error('nothing was thrown')
}

describe('readFlights', () => {
  it('reads what was written, so that a view shows the same', () => {
    const written = [tooFast, slowLayer]
    const read = readFlights(written.map(line).join(''))

    expect(JSON.stringify(read)).toBe(JSON.stringify(written))
    expect(read.map((flight) => waterfall(flight, plain))).toEqual(written.map((flight) => waterfall(flight, plain)))
  })

  it('reads a file by its path or URL', () => {
    const dir = mkdtempSync(join(tmpdir(), 'flights-'))
    const path = join(dir, 'a.penstock')
    writeFileSync(path, line(tooFast))

    expect([readFlights(path).length, readFlights(pathToFileURL(path)).length]).toEqual([1, 1])
    rmSync(dir, { recursive: true })
  })

  it('leaves out a last line that was cut short, wherever it was cut', () => {
    const whole = line(tooFast)
    const rest = Buffer.from(line(slowLayer))
    const counts = Array.from(
      { length: rest.length - 2 },
      (_, cut) => readFlights(whole + rest.subarray(0, cut + 1).toString()).length,
    )

    expect(new Set(counts)).toEqual(new Set([1]))
  })

  it('takes a byte order mark, empty lines and Windows line breaks', () => {
    expect(readFlights(`\ufeff${JSON.stringify(tooFast)}\r\n\r\n${JSON.stringify(slowLayer)}\r\n`)).toHaveLength(2)
  })

  it('finds none in an empty text', () => {
    expect([readFlights(''), readFlights('\n')]).toEqual([[], []])
  })

  it('keeps fields that it does not know', () => {
    expect(readFlights(line({ ...tooFast, weather: { wind: 1 } }))[0]).toMatchObject({ weather: { wind: 1 } })
  })

  it.each([
    ['no JSON', `${line(tooFast)}rubbish\n${line(tooFast)}`, 2, 'this is no JSON'],
    ['another schema', line({ ...tooFast, schema: 'penstock.flight/9' }), 1, 'its schema is penstock.flight/9'],
    ['no schema', '{"a":1}\n', 1, 'this is no flight: schema is missing'],
    ['a list', `${line(tooFast)}[]\n`, 2, 'this is no flight: it is missing'],
    [
      'a number where a text is due',
      line({ ...tooFast, method: 7 }),
      1,
      'this is no flight: method is missing or of another kind',
    ],
    ['a time that is none', line({ ...tooFast, took: null }), 1, 'this is no flight: took is missing'],
    ['a time before the beginning', line({ ...tooFast, took: -1 }), 1, 'this is no flight: took is missing'],
    ['a URL that is none', line({ ...tooFast, url: '/a' }), 1, 'this is no flight: url is missing'],
    [
      'a part of a part that is wrong',
      line(flightWith({ children: [{ at: 0, flight: { ...tooFast, trips: [{} as never] } }] })),
      1,
      'this is no flight: children[0].flight.trips[0].attempt is missing',
    ],
  ])('refuses %s, and names the line', (_, text, at, message) => {
    const error = thrown(text)

    expect([error.code, error.line]).toEqual(['FLIGHT_FILE', at])
    expect(error.message).toContain(`line ${at}: ${message}`)
    expect(error.zh.message).toContain(`第 ${at} 行`)
  })

  it('refuses calls within calls without end', () => {
    let flight = flightWith()
    for (let depth = 0; depth < 30; depth++) flight = flightWith({ children: [{ at: 0, flight }] })

    expect(thrown(line(flight)).message).toContain('this is no flight: children[0].flight.children[0]')
  })

  it('takes for cut short what begins like a flight, and nothing else', () => {
    expect(readFlights(`${line(tooFast)}{"sch`)).toHaveLength(1)
    expect(thrown(`${line(tooFast)}PNG`)).toMatchObject({ line: 2, message: 'line 2: this is no JSON' })
  })

  it('refuses what is nested too deeply for a view, known field or not', () => {
    const deep = (levels: number) => line(tooFast).replace('{', `{"x":${'['.repeat(levels)}${']'.repeat(levels)},`)

    expect(readFlights(deep(100))).toHaveLength(1)
    expect([200, 100_000].map((levels) => thrown(deep(levels)).message)).toEqual([
      'line 1: it is nested too deeply',
      'line 1: it is nested too deeply',
    ])
  })

  it('takes no open file by its number', () => {
    expect(() => readFlights(0 as never)).toThrow('this is neither a path nor a text')
  })

  it('has the cause of a file that cannot be opened, and says what to do', () => {
    const missing = (() => {
      try {
        return readFlights(pathToFileURL('/nowhere/发票.penstock'))
      } catch (error) {
        return error
      }
    })()
    expect(missing).toMatchObject({
      message: '/nowhere/发票.penstock cannot be read: ENOENT',
      cause: { code: 'ENOENT' },
      hint: expect.stringContaining('Give the path of a file that is there'),
    })
  })

  it('says why a file cannot be opened', () => {
    expect(() => readFlights('/nowhere/a.penstock')).toThrow('/nowhere/a.penstock cannot be read: ENOENT')
  })
})
