import { Option } from 'commander'
import { baidu } from '../vendors/index.ts'

const sources = new Set(['image', 'url', 'pdf_file', 'pdf_file_num', 'ofd_file', 'ofd_file_num'])

type Shape = Readonly<
  Record<string, { readonly def: { readonly innerType?: { readonly options?: readonly string[] } } }>
>

/** The endpoints' own options as flags: `detect_direction` is `--detect-direction`. Which endpoint takes which is checked by its schema. */
export function vendorOptions(about: string): Option[] {
  const found = new Map<string, Set<string>>()
  for (const { input } of [baidu.generalBasic, baidu.accurateBasic, baidu.general, baidu.accurate])
    for (const [name, field] of Object.entries(input.shape as Shape)) {
      if (sources.has(name)) continue
      const values = found.get(name) ?? new Set()
      for (const value of field.def.innerType?.options ?? []) values.add(value)
      found.set(name, values)
    }
  return [...found]
    .toSorted(([one], [other]) => one.localeCompare(other))
    .map(([name, values]) => {
      const flag = `--${name.replaceAll('_', '-')}`
      return values.size === 0
        ? new Option(`${flag} [boolean]`, about).choices(['true', 'false']).preset('true')
        : new Option(`${flag} <value>`, `${about}: ${[...values].join(', ')}`)
    })
}

/** Flags as the endpoint's options: `detectDirection: 'true'` is `detect_direction: true`. */
export function optionsOf(flags: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { vendor: _, lang: __, diagnose: ___, ...own } = flags
  return Object.fromEntries(
    Object.entries(own).map(([name, value]) => [
      name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`),
      value === 'true' ? true : value === 'false' ? false : value,
    ]),
  )
}
