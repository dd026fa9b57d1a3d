import { printable } from '@penstock/core/diagnose'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'

it.each([
  ['\u001b[2J', String.raw`\u001b[2J`],
  ['\u009b\u007f\u202e\u2028\ud800', String.raw`\u009b\u007f\u202e\u2028\ud800`],
  ['\u{e0001}', String.raw`\udb40\udc01`],
  ['a\n\tb 发票 ✗ 🧾', 'a\n\tb 发票 ✗ 🧾'],
])('spells %j', (text, spelled) => {
  expect(printable(text)).toBe(spelled)
})

it('leaves JSON the same JSON', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(JSON.parse(printable(JSON.stringify(text)))).toBe(text)
    }),
  )
})
