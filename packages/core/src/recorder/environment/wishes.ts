/** What PENSTOCK_DIAGNOSE says. */
export type Wishes = {
  /** Calls that went well, too. */
  readonly every: boolean
  readonly as: 'waterfall' | 'json' | 'line'
  /** A file in it instead of standard error. */
  readonly dir: string | undefined
  readonly unknown: readonly string[]
}

/** Words with commas between them; a path goes on to the end. */
export function wishes(text: string): Wishes {
  const [, words = '', dir] = /^(.*?)(?:(?:^|,)\s*dir:(.*))?$/su.exec(text) ?? []
  const said = words.split(',').flatMap((word) => word.trim() || [])
  return {
    every: said.includes('all'),
    as: said.includes('json') ? 'json' : said.includes('line') ? 'line' : 'waterfall',
    dir: dir === undefined || dir.trim() === '' ? undefined : dir.trim(),
    unknown: [...said.filter((word) => !known.has(word)), ...(dir?.trim() === '' ? ['dir:'] : [])],
  }
}

const known = new Set(['errors', 'all', 'json', 'line', 'waterfall'])
