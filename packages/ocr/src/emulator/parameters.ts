import type { Route } from './routes.ts'
import type { Language } from './language-data.ts'

export type Parameters = {
  readonly languages: readonly Language[]
  readonly granularity: 'big' | 'small'
  /** Flags that are on. */
  readonly asks: ReadonlySet<Flag>
}

const flags = [
  'detect_direction',
  'detect_language',
  'paragraph',
  'probability',
  'vertexes_location',
  'char_probability',
  'multidirectional_recognize',
] as const
export type Flag = (typeof flags)[number]

/** What the fields ask for, or the code that refuses them. Fields that the endpoint does not know are ignored. */
export const parameters = (fields: URLSearchParams, route: Route): Parameters | 216_100 => {
  const type = fields.get('language_type') || 'CHN_ENG'
  const granularity = fields.get('recognize_granularity') || 'big'
  if (!route.languages.includes(type)) return 216_100
  if (granularity !== 'big' && granularity !== 'small') return 216_100
  const asks = new Set<Flag>()
  for (const flag of flags) {
    // Python's clients send True
    const value = fields.get(flag)?.toLowerCase() || 'false'
    if (value !== 'true' && value !== 'false') return 216_100
    if (value === 'true') asks.add(flag)
  }
  return { languages: readable(type), granularity, asks }
}

/** Only English and Chinese data are in the house: every other language is read with both. */
const readable = (type: string): readonly Language[] => (type === 'ENG' ? ['eng'] : ['eng', 'chi_sim'])
