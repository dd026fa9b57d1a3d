import type { WireOptions } from '@penstock/core'

/** Wire options changed by a layer: the same object for the same one, so that no call pays for it, and pools are found by it. */
export function rewired(change: (wire: WireOptions) => WireOptions): (wire: WireOptions) => WireOptions {
  const made = new WeakMap<WireOptions, WireOptions>()
  return (wire) => {
    let changed = made.get(wire)
    if (changed === undefined) made.set(wire, (changed = Object.freeze(change(wire))))
    return changed
  }
}
