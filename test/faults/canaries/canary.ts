import { randomBytes } from 'node:crypto'
import { canaryForms } from '../../support/encodings.ts'

/** A value that stands nowhere else in the world, and what it may look like where it should not be. */
export type Canary = { readonly place: string; readonly value: string; readonly forms: readonly string[] }

/** @param odd characters that every encoding writes in another way */
export function canary(place: string, odd = ''): Canary {
  const value = `canary${odd}${randomBytes(9).toString('hex')}`
  return { place, value, forms: canaryForms(value) }
}

/** Of known bytes: a piece of a picture, a token that a server made. */
export const known = (place: string, value: string): Canary => ({ place, value, forms: canaryForms(value) })

/** Which canaries stand in which texts. */
export function sightings(canaries: readonly Canary[], texts: Readonly<Record<string, string>>): string[] {
  return Object.entries(texts).flatMap(([view, text]) =>
    canaries.filter(({ forms }) => forms.some((form) => text.includes(form))).map(({ place }) => `${place} in ${view}`),
  )
}
