/** A Content-Type in its parts: `type` in lower case, parameter names too, values as they were sent and without quotes. */
export type ContentType = { readonly type: string; readonly parameters: ReadonlyMap<string, string> }

/**
 * Reads the first 1024 characters of a Content-Type (RFC 9110 §8.3); undefined when they do not begin with `type/subtype`.
 * The first of two equal parameters counts, one that is broken is passed over.
 */
export function parseContentType(text = ''): ContentType | undefined {
  const head = text.slice(0, 1024)
  const type = /^[\t ]*([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[\t ]*(?=;|$)/.exec(head)
  if (type === null) return undefined
  const parameters = new Map<string, string>()
  for (const [, name, quoted, bare] of head.matchAll(parameter)) {
    const key = name?.toLowerCase()
    if (key !== undefined && !parameters.has(key)) parameters.set(key, quoted?.replace(/\\(.)/g, '$1') ?? bare!)
  }
  return { type: type[1]!.toLowerCase(), parameters }
}

// a parameter, quoted or bare; else whatever stands up to the next `;` outside quotes, without a name
const parameter =
  /;[\t ]*(?:([\w!#$%&'*+.^`|~-]+)=(?:"((?:[^"\\]|\\.)*)"|([\w!#$%&'*+.^`|~-]+))[\t ]*(?=;|$)|(?:"(?:[^"\\]|\\.)*"|[^;"])*)/g
