import { secret } from '@penstock/core'
import { masked } from '@penstock/core/diagnose'
import { expect, it } from 'vitest'

it('a text that was clean is searched again when there is a new secret', () => {
  const before = secret('first', 'gate-value-one')
  const text = 'https://api.example.com/gate-value-two'
  expect([masked(text), masked(text)]).toEqual([text, text])
  const after = secret('second', 'gate-value-two')
  expect(masked(text)).toBe(`https://api.example.com/${String(after)}`)
  expect(masked('https://api.example.com/gate-value-one')).toBe(`https://api.example.com/${String(before)}`)
})
