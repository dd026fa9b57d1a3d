/**
 * Everything but the unreserved characters of RFC 3986 as UTF-8 in `%XX`, a space as `%20`: read alike by form parsers,
 * URL parsers and the signatures of vendors. A lone surrogate becomes U+FFFD, as in URLSearchParams.
 */
export const percentEncoded = (text: string): string =>
  encodeURIComponent(text.toWellFormed()).replace(
    /[!'()*]/g,
    (left) => `%${left.charCodeAt(0).toString(16).toUpperCase()}`,
  )
