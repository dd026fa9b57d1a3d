import type { Body } from '../body.ts'

export function json(value: unknown): { readonly body: Body; readonly contentType: string } {
  return { body: { kind: 'text', text: JSON.stringify(value) }, contentType: 'application/json' }
}
