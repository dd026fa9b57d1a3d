import { httpCache } from '@penstock/middleware'
// @ts-expect-error: the suite is data without types
import suites from 'http-cache-tests/tests/index.mjs'
import { describe, expect, it } from 'vitest'
import { type Case, flaw } from '../support/rfc9111.ts'

/**
 * The public suite of HTTP caching, as npm has it, against a private cache over a scripted server in virtual time. Cases for
 * shared caches do not apply, nor those that ask for a cache mode of a browser.
 */
const applies = ({ browser_skip, requests }: Case) =>
  browser_skip !== true && requests.every(({ cache }) => cache === undefined)
const cases = (suites as readonly { readonly tests: readonly Case[] }[]).flatMap(({ tests }) => tests).filter(applies)
const of = (kind: string) => cases.filter((one) => (one.kind ?? 'required') === kind)

/** Required cases that are not kept, and why. */
const otherwise: Readonly<Record<string, string>> = {
  'headers-store-Set-Cookie': 'a cookie of an old reply is not for later, and may not lie in a store: it is not kept',
  '304-etag-update-response-Set-Cookie': 'the same, for the cookie of a 304',
  '304-etag-update-response-ETag':
    'a 304 that names another ETag than was asked for is about another page: it is asked for anew',
  'age-parse-prefix': 'its name says that `0, old` is stale, and so it is here; what it expects is the opposite',
  'partial-use-headers': 'the case begins with a part of a stored page, and ranges pass untouched',
}

describe('a private cache', () => {
  it.each(of('required').filter(({ id }) => otherwise[id] === undefined))('$name ($id)', async (one) => {
    expect(await flaw(one, httpCache())).toBeUndefined()
  })

  it.each(Object.entries(otherwise))('does otherwise in %s: %s', async (id) => {
    expect(
      await flaw(
        of('required').find((one) => one.id === id)!,
        httpCache(),
      ),
    ).toBeDefined()
  })
})

it('does what an optimal cache does, where it is not about parts, odd statuses, or equal meanings of Vary', async () => {
  const left: string[] = []
  for (const one of of('optimal')) if ((await flaw(one, httpCache())) !== undefined) left.push(one.id)
  const known = /^(partial-|status-\d99|status-(400|50\d)-fresh|heuristic-599|vary-normalise-|method-POST|other-cookie)/
  expect(left.filter((id) => !known.test(id))).toEqual([])
  expect(of('optimal').length - left.length).toBeGreaterThanOrEqual(42)
})

it('is put to as many cases as the suite has for it', () => {
  expect([of('required').length, of('optimal').length, of('check').length]).toEqual([146, 67, 79])
})
