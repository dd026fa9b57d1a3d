import { InputError } from '../errors.ts'

export type Scalar = string | number | bigint | boolean

/** The text of a scalar. @throws InputError for anything whose text would say nothing: `[object Object]`, `NaN` */
export function scalar(name: string, value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'boolean' || typeof value === 'bigint' || Number.isFinite(value)) return String(value)
  const what = typeof value === 'number' ? String(value) : `of type ${typeof value}`
  throw new InputError('REQUEST_INVALID', `The field "${name}" is ${what}: it takes text, a finite number or a boolean`)
}
