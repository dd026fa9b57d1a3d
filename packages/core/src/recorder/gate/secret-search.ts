import { liveSecrets, newSince, type Place } from '../../live-secrets.ts'
import type { Secret } from '../../secret.ts'
import { Search } from './search.ts'
import { secretParts } from './secret-parts.ts'
import { spellings } from './spellings.ts'

type Ready = {
  readonly search: Search
  readonly values: Set<string>
  readonly parts: Set<string>
  readonly spellings: Set<string>
  place: Place
}

// weak too: a search holds the values it looks for
let last: WeakRef<Ready> | undefined

/** A search for every live secret in every spelling. Made once, and fed with the secrets that came since. */
export function secretSearch(): Search {
  let ready = last?.deref()
  if (ready !== undefined && !newSince(ready.place)) return ready.search
  const { secrets, again, place } = liveSecrets(ready?.place)
  if (ready === undefined || again) {
    ready = { search: new Search(), values: new Set(), parts: new Set(), spellings: new Set(), place }
    last = new WeakRef(ready)
  }
  for (const secret of secrets) feed(ready, secret)
  ready.place = place
  return ready.search
}

function feed({ search, values, parts, spellings: known }: Ready, secret: Secret): void {
  const value: unknown = secret.reveal()
  // many have one value: a cookie is made anew for each call; and who writes no types may have made one of nothing
  if (typeof value !== 'string' || values.has(value)) return
  values.add(value)
  const mark = String(secret)
  for (const part of secretParts(value)) {
    if (parts.has(part)) continue
    parts.add(part)
    for (const [text, spelling] of spellings(part)) {
      if (known.has(text)) continue
      known.add(text)
      search.add({ bytes: Buffer.from(text), mark, spelling })
    }
  }
}
