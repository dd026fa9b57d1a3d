import { masked } from './masked.ts'

/** Plain data without live secrets in its texts and keys; the same object when there was none. */
export function maskedData<Data>(data: Data): Data {
  const text = JSON.stringify(data)
  return text === undefined || masked(text) === text ? data : (maskedValue(data) as Data)
}

function maskedValue(value: unknown): unknown {
  if (typeof value === 'string') return masked(value)
  if (Array.isArray(value)) return value.map(maskedValue)
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [masked(key), maskedValue(one)]))
}
