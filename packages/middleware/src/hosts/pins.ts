import type { Addresses, WireOptions } from '@penstock/core'
import { rewired } from '../wire/rewired.ts'

/** Address lists whose wire options are kept. */
const most = 1_000

/** Wire options for a list of addresses, the same for the same. */
export function pins() {
  const known = new Map<string, (wire: WireOptions) => WireOptions>()
  return (found: readonly string[]) => {
    const key = found.join(' ')
    let change = known.get(key)
    if (change === undefined) {
      const addresses: Addresses = { key, of: () => found }
      change = rewired((wire) => ({ ...wire, addresses }))
      if (known.size >= most) known.clear()
      known.set(key, change)
    }
    return change
  }
}
