import type { EmulatorClock } from './clock.ts'
import { document } from './document.ts'
import type { Engine } from './engine.ts'
import type { Form } from './form.ts'
import { parameters } from './parameters.ts'
import { result } from './result.ts'
import type { Route } from './routes.ts'
import type { ReaderError } from './tesseract.ts'

export type Recognition = {
  readonly engine: Engine
  readonly clock: EmulatorClock
  /** Milliseconds. */
  readonly latency: number
  readonly signal: AbortSignal
}

/** The vendor's fields, or the code that refuses the request: parameters first, then the picture, then its text. */
export const recognition = async (
  form: Form,
  route: Route,
  { engine, clock, latency, signal }: Recognition,
): Promise<object | number> => {
  const asked = parameters(form.fields, route)
  if (typeof asked === 'number') return asked
  const picture = await document(form, route.limits)
  if (typeof picture === 'number') return picture
  const paced = latency > 0 ? clock.wait(latency, signal) : undefined
  try {
    const page = await engine.read(picture, asked.languages, asked.asks.has('detect_direction'))
    await paced
    return result(page, asked, route)
  } catch (reason) {
    return (reason as ReaderError).cause === 'unreadable' ? 216_201 : 282_000
  }
}
