import type { Call } from '@penstock/core'
import { expect, it } from 'vitest'
import { counted } from '../../packages/middleware/src/rate-limit/counted.ts'

const one = { id: 'acme.read' }
const other = { id: 'acme.list' }

/** What it looks at of a call. */
const call = (path: string, more: object = {}) =>
  ({ context: {}, endpoint: undefined, origin: 'https://a.example', path, ...more }) as unknown as Call<any>

it.each([
  ['a URL without its query', call('/read?page=2'), ' https://a.example/read'],
  ['the same again', call('/read?page=3'), ' https://a.example/read'],
  ['the same without a query', call('/read'), ' https://a.example/read'],
  ['one that begins so', call('/reader'), ' https://a.example/reader'],
  ['one that is the beginning of it', call('/read'), ' https://a.example/read'],
  ['another of the same length', call('/list'), ' https://a.example/list'],
  ['another origin', call('/list', { origin: 'https://b.example' }), ' https://b.example/list'],
  ['an account', call('/list', { context: { account: 'me' } }), 'me https://a.example/list'],
  ['an endpoint of it', call('/list', { context: { account: 'me' }, endpoint: one }), 'me acme.read'],
  ['the endpoint wherever it stands', call('/x', { context: { account: 'me' }, endpoint: one }), 'me acme.read'],
  ['another endpoint', call('/x', { context: { account: 'me' }, endpoint: other }), 'me acme.list'],
  ['another account', call('/x', { context: { account: 'you' }, endpoint: other }), 'you acme.list'],
  ['nobody’s', call('/x', { endpoint: other }), ' acme.list'],
])('one after the other, %s is counted by itself', (_, of, key) => {
  expect(counted(of)).toBe(key)
  expect(counted(of)).toBe(key)
})
