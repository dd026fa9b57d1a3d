import { client, CallError, explain, layer, ledgerOf, pipeline, refused } from '@penstock/core'
import { breaks, replies, repliesJson, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { reject, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const fails = async (step: Step, stack: Parameters<typeof pipeline>[0] = [status()]): Promise<CallError> => {
  const http = client({
    pipeline: pipeline(stack, scriptedTransport(step)),
    origin: 'https://api.example.com',
    clock: virtualClock(),
  })
  const error: unknown = await http.get('/x').catch((thrown: unknown) => thrown)
  if (!(error instanceof CallError)) throw new Error('it did not fail')
  return error
}

const at = 'GET https://api.example.com/x'
const other = {
  en: 'The server does not take this request: read what it says in error.reply.',
  zh: '服务器不接受该请求：查看 error.reply。',
}

describe('the error of a status', () => {
  it.each([
    [400, other.en, other.zh],
    [401, 'Check the credential.', '检查凭证。'],
    [403, 'The credential may not do this: check its rights.', '凭证无权执行此操作：检查权限。'],
    [404, 'Check the path.', '检查路径。'],
    [429, 'Send less: put a rateLimit in the stack.', '降低频率：在栈中加入 rateLimit。'],
    [499, other.en, other.zh],
    [500, 'The server failed: try later.', '服务器出错：稍后再试。'],
    [502, 'The server failed: try later.', '服务器出错：稍后再试。'],
  ])('%i says what to do', async (code, hint, zh) => {
    const error = await fails(replies(code))
    expect([error.message, error.kind, error.hint, error.zh]).toEqual([
      `Status ${code}: ${at}`,
      'reply',
      hint,
      { message: `状态码 ${code}：${at}`, hint: zh },
    ])
  })

  it('of a redirect that nobody follows speaks of that, with the status', async () => {
    const error = await fails(replies(302, { location: '/y' }))
    expect([error.code, error.kind, error.status]).toEqual(['REDIRECT_LEFT', 'reply', 302])
    expect(error.message).toMatch(/[^.], status 302: GET https:\/\/api\.example\.com\/x$/)
    expect(error.zh.message).toMatch(/[^。]，状态码 302：GET https:\/\/api\.example\.com\/x$/)
    expect(error.hint).not.toBe('')
  })
})

it('a code that the vendor’s table does not list is named, and what came back is at hand', async () => {
  const table = { code: 'code', message: 'message', success: ['0'], rows: {} }
  const error = await fails(repliesJson({ code: 77 }), [reject({ verdicts: table })])
  expect([error.code, error.vendorCode, error.verdict, error.retryable, error.layer]).toEqual([
    'VENDOR_CODE',
    '77',
    'input',
    false,
    'server',
  ])
  expect(await error.reply!.json()).toEqual({ code: 77 })
})

describe('the error of a failure', () => {
  it('says who says so and why, in two languages', async () => {
    const error = await fails(breaks('CONNECTION_RESET'))
    expect(error.message).toBe(`scripted: the script says CONNECTION_RESET: ${at}`)
    expect(error.zh.message).toMatch(
      /^scripted：[^。]+（the script says CONNECTION_RESET）：GET https:\/\/api\.example/,
    )
    expect([error.status, error.vendorCode, error.reply]).toEqual([undefined, undefined, undefined])
  })

  it('of a layer with a code of its own is a refusal, told in its own words', async () => {
    const guard = layer({ name: 'guard', slot: 'guard', run: async () => refused('MINE', 'guard', 'not now.') })
    const error = await fails(replies(200), [guard])
    expect({ ...error, message: error.message, zh: error.zh }).toEqual({
      code: 'MINE',
      kind: 'refused',
      hint: '',
      message: `guard: not now: ${at}`,
      zh: { message: `guard：not now：${at}`, hint: '' },
      verdict: 'refused',
      retryable: false,
      retryAfter: undefined,
      phase: 'local',
      sent: 'none',
      layer: 'guard',
      attempts: 1,
      method: 'GET',
      url: 'https://api.example.com/x',
      status: undefined,
      vendorCode: undefined,
    })
  })

  it('that says when to come again may be tried again', async () => {
    const guard = layer({ name: 'guard', slot: 'guard', run: async () => refused('MINE', 'guard', 'not now', 250) })
    const { retryable, retryAfter } = await fails(replies(200), [guard])
    expect([retryable, retryAfter]).toEqual([true, 250])
  })

  it('gives the hint of who knows more than the code', async () => {
    const hint = { en: 'Ask Bo.', zh: '问阿波。' }
    const error = await fails(breaks('CONNECTION_RESET', { hint }))
    expect([error.hint, error.zh.hint]).toEqual(['Ask Bo.', '问阿波。'])
  })
})

it('tells its story, and shows neither ledger nor reply among its fields', async () => {
  const error = await fails(replies(404, {}, 'gone'))
  expect(error.explain({ lang: 'zh' })).toBe(explain(error, { lang: 'zh' }))
  expect(ledgerOf(error)).toBe(error.ledger)
  expect(Object.keys(error).filter((name) => ['ledger', 'reply', 'zh'].includes(name))).toEqual([])
  expect(await error.reply!.text()).toBe('gone')
})
