import { ConfigError } from './errors.ts'
import { type Layer, type Slot, slots } from './layer.ts'
import type { Stackable } from './order.ts'

/** The layers of a stack in another arrangement; the new order is checked by whoever makes a pipeline of them. */

export function replaced(layers: readonly Stackable[], layer: Layer): readonly Stackable[] {
  const at = placeOf(layers, layer.name)
  return layers.with(at, layer)
}

export function removed(layers: readonly Stackable[], name: string): readonly Stackable[] {
  return layers.toSpliced(placeOf(layers, name), 1)
}

export function inserted(layers: readonly Stackable[], layer: Layer, before?: string): readonly Stackable[] {
  const at = before === undefined ? layers.findIndex(standsInside(layer.slot)) : placeOf(layers, before)
  return layers.toSpliced(at === -1 ? layers.length : at, 0, layer)
}

const standsInside = (slot: Slot) => (other: Stackable) =>
  typeof other !== 'function' && slots.indexOf(other.slot) > slots.indexOf(slot)

function placeOf(layers: readonly Stackable[], name: string): number {
  const at = layers.findIndex((layer) => typeof layer !== 'function' && layer.name === name)
  if (at === -1) throw new ConfigError('STACK_ORDER', `no layer of this stack is called '${name}': insert() adds one`)
  return at
}
