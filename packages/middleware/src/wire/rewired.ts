import type { WireOptions } from '@penstock/core'

/** Wire options changed by a layer: the same object for the same one, so that no call pays for it, and pools are found by it. */
export function rewired(change: (wire: WireOptions) => WireOptions): (wire: WireOptions) => WireOptions {
  const made = new WeakMap<WireOptions, WireOptions>()
  let last: WireOptions | undefined
  let lastChanged: WireOptions | undefined
  return (wire) => {
    if (wire === last) return lastChanged!
    let changed = made.get(wire)
    if (changed === undefined) made.set(wire, (changed = Object.freeze(change(wire))))
    last = wire
    return (lastChanged = changed)
  }
}
