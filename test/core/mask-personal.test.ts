import { maskPersonal } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'

describe('maskPersonal', () => {
  it.each([
    ['an identity number', '身份证 11010519491231002X。', '身份证 ⟨identity number⟩。'],
    ['its small x', 'id 11010519491231002x', 'id ⟨identity number⟩'],
    ['in groups', '110105 19491231 002X', '⟨identity number⟩'],
    ['in full width', '１１０１０５１９４９１２３１００２Ｘ！', '⟨identity number⟩！'],
    ['a card of UnionPay', '卡号：6222021234567890128', '卡号：⟨card number⟩'],
    ['a card in groups', 'pay 4111 1111 1111 1111 now', 'pay ⟨card number⟩ now'],
    ['a card with hyphens', '5500-0055-5555-5559', '⟨card number⟩'],
    ['a mobile number', '电话13800138000转', '电话⟨mobile number⟩转'],
    ['with its country', '+86 138 0013 8000', '⟨mobile number⟩'],
    ['an e-mail address', '<wang.xiaoming+ocr@mail.example.com.cn>', '<⟨e-mail address⟩>'],
    ['several', '13800138000,13900139000 a@b.cn', '⟨mobile number⟩,⟨mobile number⟩ ⟨e-mail address⟩'],
  ])('masks %s', (_, text, masked) => {
    expect(maskPersonal(text)).toBe(masked)
  })

  it.each([
    ['a number with another check digit', '110105194912310021'],
    ['an identity number of no day', '11010519491331002X'],
    ['a card whose sum is wrong', '4111 1111 1111 1112'],
    ['a number of 18 digits that orders have', '202611211024170001'],
    ['a time in milliseconds', '1795256657000'],
    ['a fraction', '0.4111111111111111'],
    ['what a word begins with', 'v4111111111111111'],
    ['what a word goes on from', '13800138000abc'],
    ['a longer number', '4111111111111111111111111'],
    ['an address', '127.0.0.1:13800'],
    ['a log_id, though its checksum fits', 'log_id=6222021234567890128'],
    ['a request id in JSON', '{"RequestId": "6222021234567890128"}'],
    ['an id in camel case', 'logId: 6222021234567890128'],
    ['plain words', 'no digits @ all'],
  ])('leaves %s', (_, text) => {
    expect(maskPersonal(text)).toBe(text)
  })

  it('takes a word that ends in id for no id', () => {
    expect(maskPersonal('paid=4111111111111111')).toBe('paid=⟨card number⟩')
  })

  it('tells what it masked', () => {
    const told: string[] = []
    maskPersonal('13800138000 and 4111111111111111', (kind) => told.push(kind))
    expect(told).toEqual(['mobile number', 'card number'])
  })

  it('is fast on a megabyte of digits, and of what is nearly an address', () => {
    // of the processor: a pattern that goes back and forth would take hours, a busy machine takes none of it
    const from = process.threadCpuUsage()
    for (const one of ['1', '1 ', 'a.', '12 ', 'a@', 'a@b.', '13-']) maskPersonal(one.repeat(500_000 / one.length))
    const { user, system } = process.threadCpuUsage(from)
    expect((user + system) / 1000).toBeLessThan(10_000)
  })
})
