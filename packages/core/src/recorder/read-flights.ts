import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { InputError } from '../errors.ts'
import type { Bilingual } from '../verdict-table.ts'
import type { Flight } from './flight.ts'
import { maskedData } from './gate/masked-data.ts'
import { schema, wrongIn } from './flight-file/flight-shape.ts'
import { isDeep } from './flight-file/is-deep.ts'
import { printable } from './printable.ts'

const unreadable: Bilingual = {
  en: 'Give the path of a file that is there and may be read: PENSTOCK_DIAGNOSE=errors,dir:PATH writes them.',
  zh: '请给出存在且可读的文件路径；PENSTOCK_DIAGNOSE=errors,dir:PATH 会写出此类文件。',
}

/** A file of flights that cannot be read. Nothing of it was taken. */
export class FlightFileError extends InputError {
  /** From 1 up; undefined when the file itself cannot be opened. */
  readonly line: number | undefined

  constructor(line: number | undefined, because: string, zh: string, cause?: unknown) {
    // what stands in a stranger's file ends in a terminal
    super('FLIGHT_FILE', printable(line === undefined ? because : `line ${line}: ${because}`), {
      zh: printable(line === undefined ? zh : `第 ${line} 行：${zh}`),
      cause,
      ...(line === undefined && { hint: unreadable }),
    })
    this.line = line
  }
}

/**
 * The flights of a file, or of its text: one JSON object a line, as {@link flightRecorder}, PENSTOCK_DIAGNOSE and
 * `JSON.stringify(flight)` write them. A last line that was cut short, by a process that died while it wrote, is left out.
 *
 * @param from a path, a file URL, or the text itself (what begins with a brace, has a line break, or is empty)
 * @throws FlightFileError `FLIGHT_FILE`
 *
 * @example
 * ```ts
 * import { readFlights, waterfall } from '@penstock/core/diagnose'
 *
 * const show = (path: string) => readFlights(path).map((flight) => waterfall(flight)).join('\n\n')
 * ```
 */
export function readFlights(from: string | URL): Flight[] {
  // a number would be a file that is open already, and may never end
  if (typeof from !== 'string' && !(from instanceof URL))
    throw new FlightFileError(undefined, 'this is neither a path nor a text', '既不是路径也不是文本')
  const text = (typeof from === 'string' && /^\s*(?:$|\{)|\n/.test(from) ? from : contentOf(from)).replace(
    /^\ufeff/,
    '',
  )
  const lines = text.split('\n')
  const flights: Flight[] = []
  for (const [index, line] of lines.entries()) {
    if (line.trim() === '') continue
    const value = parsed(line, index + 1)
    // what ends with its line break was written whole
    if (value === undefined && index === lines.length - 1 && isTorn(line)) break
    flights.push(maskedData(flightIn(value, index + 1)))
  }
  return flights
}

function contentOf(path: string | URL): string {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    const name = path instanceof URL && path.protocol === 'file:' ? fileURLToPath(path) : String(path)
    throw new FlightFileError(undefined, `${name} cannot be read: ${code}`, `无法读取 ${name}：${code}`, error)
  }
}

/** The beginning of a flight, and not of another kind of file. */
const isTorn = (line: string) => line.startsWith(beginning) || beginning.startsWith(line)

const beginning = '{"schema":'

/** In JSON a number that is none is null: as good as missing. */
function parsed(line: string, at: number): unknown {
  try {
    return JSON.parse(line, (_, value: unknown) => (value === null ? undefined : value))
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep(at)
    return undefined
  }
}

const tooDeep = (line: number) => new FlightFileError(line, 'it is nested too deeply', '嵌套过深')

function flightIn(value: unknown, line: number): Flight {
  if (value === undefined) throw new FlightFileError(line, 'this is no JSON', '不是 JSON')
  if (isDeep(value)) throw tooDeep(line)
  const named = Object(value).schema as unknown
  if (typeof named === 'string' && named !== schema) {
    const theirs = named.slice(0, 40)
    throw new FlightFileError(
      line,
      `its schema is ${theirs}, and ${schema} is what this version reads`,
      `格式为 ${theirs}，本版本只读取 ${schema}`,
    )
  }
  const wrong = wrongIn(value)?.slice(0, 200)
  if (wrong === undefined) return value as Flight
  const field = wrong === '' ? 'it' : wrong
  throw new FlightFileError(
    line,
    `this is no flight: ${field} is missing or of another kind`,
    `不是调用记录：${field} 缺失或类型不符`,
  )
}
