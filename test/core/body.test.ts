import { type Body, bodyLength, canSend, noBody, onceBody } from '@penstock/core'
import { describe, expect, it } from 'vitest'

async function* pieces() {
  yield Buffer.from('x')
}

describe('a body', () => {
  it.each<[string, Body, number | undefined]>([
    ['of nothing', noBody, 0],
    ['of bytes', { kind: 'bytes', bytes: new Uint8Array(3) }, 3],
    ['of text, in bytes', { kind: 'text', text: 'é文' }, 5],
    ['of a recipe that knows', { kind: 'factory', open: pieces, length: 7 }, 7],
    ['of a recipe that does not', { kind: 'factory', open: pieces, length: undefined }, undefined],
    ['of a stream that says so', onceBody(pieces(), 9), 9],
    ['of a stream', onceBody(pieces()), undefined],
  ])('%s has its length', (_, body, length) => {
    expect(bodyLength(body)).toBe(length)
  })

  it('of a stream can be sent until it was opened, and is opened once', () => {
    const stream = pieces()
    const body = onceBody(stream)
    if (body.kind !== 'once') throw new Error('another kind')
    expect([canSend(body), body.spent]).toEqual([true, false])
    expect(body.open()).toBe(stream)
    expect([canSend(body), body.spent]).toEqual([false, true])
    expect(() => body.open()).toThrow(
      new TypeError('A body that can be read once was opened twice: a repeater must ask canSend(body)'),
    )
  })

  it.each<Body>([noBody, { kind: 'text', text: '' }, { kind: 'factory', open: pieces, length: undefined }])(
    'of another kind can always be sent: $kind',
    (body) => {
      expect(canSend(body)).toBe(true)
    },
  )
})
