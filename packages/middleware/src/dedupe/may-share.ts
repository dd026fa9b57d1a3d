import type { Call } from '@penstock/core'

/** PUT and DELETE may be repeated by their nature; shared they are only if their endpoint says so: a write may lie between. */
export function mayShare({ method, repeatable, endpoint, streams, body }: Call): boolean {
  if (streams || body.kind === 'once') return false
  if (method === 'GET' || method === 'HEAD') return true
  const said = method === 'PUT' || method === 'DELETE' ? endpoint?.repeatable : repeatable
  return said === 'always'
}
