/** A test by its file and its title. */
export type Citation = { readonly file: string; readonly title: string }

/** One line of docs/contracts.md. */
export type Promised = { readonly section: string; readonly text: string; readonly citations: readonly Citation[] }

/** Every list item of the page, with the section it stands in. */
export function promises(page: string): readonly Promised[] {
  return page.split(/^## /m).flatMap((part) => {
    const section = part.slice(0, part.indexOf('\n')).trim()
    return part
      .split(/^- /m)
      .slice(1)
      .map((item) => {
        const whole = item.split('\n\n')[0]!.replaceAll(/\s+/g, ' ')
        return { section, text: whole.replaceAll(cited, '').trim(), citations: citations(whole) }
      })
  })
}

const cited = /\[[^\]]+\]\(\.\.\/(test\/[^)]+)\)((?: “[^”]+”,?)+)/g

/** `[retry.test.ts](../test/middleware/retry.test.ts) “a title”, “another”` */
export function citations(text: string): readonly Citation[] {
  return [...text.matchAll(cited)].flatMap(([, file, titles]) =>
    [...titles!.matchAll(/“([^”]+)”/g)].map(([, title]) => ({ file: file!, title: title! })),
  )
}

/** True when a source has a test, or a group of tests, of that title. */
export function holds(source: string, title: string): boolean {
  const quoted = [`'${title.replaceAll("'", "\\'")}'`, `"${title}"`, `\`${title}\``]
  return quoted.some((text) => {
    for (let at = source.indexOf(text); at !== -1; at = source.indexOf(text, at + 1))
      if (/(?:\b(?:it|test|describe)(?:\.\w+)*|\))\(\s*$/.test(source.slice(Math.max(0, at - 60), at))) return true
    return false
  })
}
