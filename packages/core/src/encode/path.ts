import { InputError } from '../errors.ts'
import { percentEncoded } from './percent-encoded.ts'
import { scalar } from './scalar.ts'

/**
 * `/things/{id}` with each value as one encoded segment: no value can add a segment, a query or a step upwards.
 *
 * @throws InputError `REQUEST_INVALID` naming a value that is missing, empty, `.` or `..`, or that no `{name}` asks for
 */
export function fillPath(template: string, params: Readonly<Record<string, string | number>>): string {
  const names = new Set<string>()
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    names.add(name)
    const given = Object.hasOwn(params, name) ? params[name] : undefined
    if (given === undefined || given === null) throw invalid(`the path needs a value for {${name}}`)
    const value = scalar(name, given)
    if (value === '' || value === '.' || value === '..')
      throw invalid(`{${name}} in the path is ${value === '' ? 'empty' : 'a step to another path'}`)
    return percentEncoded(value)
  })
  const extra = Object.keys(params).find((name) => !names.has(name))
  if (extra !== undefined) throw invalid(`the path has no {${extra}}`)
  return path
}

const invalid = (because: string) => new InputError('REQUEST_INVALID', `The request cannot be sent: ${because}`)
