import { inspect } from 'node:util'
import { explain, type Flight, isPenstockError } from '@penstock/core'
import * as diagnose from '@penstock/core/diagnose'
import { unzipSync } from 'fflate'

/** What of the views is looked at below. */
export const viewed = [
  'conclude',
  'curl',
  'displayFilter',
  'flightLine',
  'har',
  'htmlReport',
  'readFlights',
  'supportBundle',
  'waterfall',
]

const langs = ['en', 'zh'] as const

/** Everything that may leave the process about a call, by its name. */
export function views(error: unknown, flight: Flight): Record<string, string> {
  const { message = '', stack, cause } = error as Partial<Error>
  const { bytes } = diagnose.supportBundle([flight])
  return {
    message,
    stack: String(stack),
    cause: inspect(cause, { depth: 8 }),
    inspection: inspect(error, { depth: 8 }),
    JSON: JSON.stringify(error),
    text: String(error),
    ...(isPenstockError(error) && { 'message zh': `${error.zh.message} ${error.zh.hint}` }),
    'flight JSON': JSON.stringify(flight),
    'flight inspection': inspect(flight, { depth: 12 }),
    NDJSON: diagnose
      .readFlights(JSON.stringify(flight))
      .map((one) => JSON.stringify(one))
      .join(),
    'display filter': String(diagnose.displayFilter(flight)),
    conclusion: JSON.stringify(diagnose.conclude(flight) ?? null),
    curl: diagnose.curl(flight),
    HAR: JSON.stringify(diagnose.har([flight])),
    HTML: diagnose.htmlReport([flight, flight]),
    ...byLanguage('explain', (lang) => explain(error, { lang })),
    ...byLanguage('line', (lang) => diagnose.flightLine(flight, { lang })),
    ...byLanguage('waterfall', (lang) => diagnose.waterfall(flight, { lang, color: true, columns: 80 })),
    ...Object.fromEntries(Object.entries(unzipSync(bytes)).map(([name, file]) => [`bundle ${name}`, textOf(file)])),
  }
}

const textOf = (bytes: Uint8Array) => Buffer.from(bytes).toString()

const byLanguage = (name: string, view: (lang: 'en' | 'zh') => string) =>
  Object.fromEntries(langs.map((lang) => [`${name} ${lang}`, view(lang)]))
