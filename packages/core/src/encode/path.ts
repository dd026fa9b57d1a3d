import { InputError } from '../errors.ts'

/** `/things/{id}` with each value as one encoded segment. @throws InputError `REQUEST_INVALID` */
export function fillPath(template: string, params: Readonly<Record<string, string | number>>): string {
  const used = new Set<string>()
  const path = template.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = String(params[name] ?? '')
    if (value === '' || value === '.' || value === '..')
      throw new InputError('REQUEST_INVALID', `The path needs a value for {${name}}`)
    used.add(name)
    return encodeURIComponent(value)
  })
  const extra = Object.keys(params).find((name) => !used.has(name))
  if (extra !== undefined) throw new InputError('REQUEST_INVALID', `The path has no {${extra}}`)
  return path
}
