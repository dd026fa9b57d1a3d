import { inspect } from 'node:util'
import { Secret, secret } from '@penstock/core'
import { expect, it } from 'vitest'

const key = new Secret('api_key', 'canary')

it.each([
  ['text', (value: Secret) => ['a', value].join()],
  ['JSON', (value: Secret) => JSON.stringify({ value })],
  ['inspection', (value: Secret) => inspect({ value }, { depth: 9, showHidden: true })],
  ['a copy', (value: Secret) => inspect({ ...value })],
  ['concatenation', (value: Secret) => `a${String(value)}`],
])('prints as its mark in %s', (_, print) => {
  expect(print(key)).not.toContain('canary')
})

it('marks itself by name and fingerprint, the same for the same value', () => {
  expect(String(key)).toMatch(/^⟨api_key#[0-9a-f]{6}⟩$/)
  expect(String(new Secret('api_key', 'canary'))).toBe(String(key))
  expect(new Secret('api_key', 'other').fingerprint).not.toBe(key.fingerprint)
})

it('reveals itself when asked, and takes one that is made', () => {
  expect(key.reveal()).toBe('canary')
  expect(secret('name', key)).toBe(key)
  expect(secret('name', 'text').reveal()).toBe('text')
})
