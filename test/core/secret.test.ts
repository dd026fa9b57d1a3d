import { inspect } from 'node:util'
import { Secret, secret } from '@penstock/core'
import { expect, it } from 'vitest'

const key = new Secret('api_key', 'canary')

const mark = key.toString()

it.each<[string, (value: Secret) => string, string]>([
  ['text', (value) => ['a', value].join(), `a,${mark}`],
  ['JSON', (value) => JSON.stringify({ value }), `{"value":"${mark}"}`],
  ['inspection', (value) => inspect({ value }, { depth: 9, showHidden: true }), `{ value: ${mark} }`],
  ['a copy', (value) => inspect({ ...value }), `{ name: 'api_key' }`],
  ['concatenation', (value) => `a${String(value)}`, `a${mark}`],
])('prints as its mark in %s', (_, print, expected) => {
  expect(print(key)).toBe(expected)
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
