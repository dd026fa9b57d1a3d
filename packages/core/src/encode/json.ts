import { InputError } from '../errors.ts'
import { Secret } from '../secret.ts'
import { base64Segment } from './base64-segment.ts'
import type { Encoded } from './encoded.ts'
import type { Segment } from './segment.ts'
import { sizedBody } from './sized-body.ts'
import { textSegment } from './text-segment.ts'

/**
 * What JSON.stringify gives, and beyond it: bytes at any depth become base64 text, a bigint a bare integer. A property
 * that is undefined is left out. With bytes in it, a body from 64 KiB on is encoded in pieces, anew for every attempt.
 *
 * @throws InputError `REQUEST_INVALID` with the path to what JSON cannot say, where JSON.stringify would change or drop it:
 * NaN, undefined in a list, a function, a Map; and to a circle
 */
export function json(value: unknown): Encoded {
  const draft: Draft = { text: '', segments: [], path: [], above: new Set() }
  write(draft, plain(value, ''))
  const { text, segments } = draft
  const body = segments.length === 0 ? ({ kind: 'text', text } as const) : sizedBody([...segments, textSegment(text)])
  return { body, contentType: 'application/json' }
}

type Draft = {
  text: string
  readonly segments: Segment[]
  readonly path: (string | number)[]
  readonly above: Set<object>
}

function write(draft: Draft, value: unknown): void {
  if (value instanceof Uint8Array) {
    draft.segments.push(textSegment(`${draft.text}"`), base64Segment(value))
    draft.text = '"'
  } else if (typeof value === 'object' && value !== null) writeObject(draft, value)
  else if (typeof value === 'bigint') draft.text += String(value)
  else if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    draft.text += JSON.stringify(value)
  else throw unsayable(draft, typeof value === 'number' ? String(value) : typeof value)
}

function writeObject(draft: Draft, value: object): void {
  if (draft.above.has(value)) throw unsayable(draft, 'an object that it is itself a part of')
  if (value instanceof Secret) throw unsayable(draft, 'a Secret, which only a layer may put on the wire')
  const tag = Object.prototype.toString.call(value)
  draft.above.add(value)
  if (Array.isArray(value)) writeArray(draft, value)
  else if (tag === '[object Object]') writeProperties(draft, value)
  else throw unsayable(draft, `a ${tag.slice(8, -1)}`)
  draft.above.delete(value)
}

function writeArray(draft: Draft, values: readonly unknown[]): void {
  draft.text += '['
  for (const [index, value] of values.entries()) {
    if (index > 0) draft.text += ','
    draft.path.push(index)
    write(draft, plain(value, String(index)))
    draft.path.pop()
  }
  draft.text += ']'
}

function writeProperties(draft: Draft, values: object): void {
  let separator = '{'
  for (const [name, given] of Object.entries(values)) {
    const value = plain(given, name)
    if (value === undefined) continue
    draft.text += `${separator}${JSON.stringify(name)}:`
    separator = ','
    draft.path.push(name)
    write(draft, value)
    draft.path.pop()
  }
  draft.text += separator === '{' ? '{}' : '}'
}

/** What a Date, a URL or anything else with `toJSON` stands for. Buffers have one too, and are bytes all the same. */
function plain(value: unknown, key: string): unknown {
  const asked = typeof value === 'object' && value !== null && !(value instanceof Uint8Array || value instanceof Secret)
  if (!asked || !('toJSON' in value) || typeof value.toJSON !== 'function') return value
  return value.toJSON(key) as unknown
}

function unsayable({ path }: Draft, what: string): InputError {
  const where = path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : `${text}.${key}`),
    'json',
  )
  return new InputError(
    'REQUEST_INVALID',
    `The request cannot be sent: ${where} is ${what}, and JSON has no form for it`,
  )
}
