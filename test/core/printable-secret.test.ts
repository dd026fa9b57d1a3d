/** A key as it was pasted: what is wrong with it is said, and not what it is. */
import { printableSecret, Secret } from '@penstock/core'
import { expect, it } from 'vitest'

it.each<[unknown, string]>([
  ['', 'is empty'],
  ['canary\n', 'holds a line break'],
  ['canary\r', 'holds a line break'],
  ['canary key', 'holds a space'],
  ['canary\u00A0', 'holds a space'],
  ['canäry', 'holds a character that is not printable ASCII'],
  ['äcanary', 'holds a character that is not printable ASCII'],
  ['canary\u007F', 'holds a character that is not printable ASCII'],
  [new Secret('key', 'canary '), 'holds a space'],
  [undefined, 'is no text'],
])('%j is refused in words without it', (value, because) => {
  expect(() => printableSecret('credential()', 'api_key', value as string)).toThrow(
    expect.objectContaining({
      code: 'CONFIG_INVALID',
      message: `credential(): the api_key ${because}`,
      hint: 'Copy it again, without what stands around it.',
    }),
  )
})

it('takes printable text from ! to ~, and a secret as it is', () => {
  expect(printableSecret('credential()', 'api_key', '!canary~')).toMatchObject({ name: 'api_key' })
  expect(printableSecret('credential()', 'api_key', '!canary~').reveal()).toBe('!canary~')
  const made = new Secret('own', 'canary')
  expect(printableSecret('credential()', 'api_key', made)).toBe(made)
})
