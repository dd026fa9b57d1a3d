import { client, pipeline, type VerdictRow, type VerdictTable } from '@penstock/core'
import { breaks, replies, repliesJson, scriptedTransport, type Step } from '@penstock/core/testing'
import { reject, status } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const row = (verdict: VerdictRow['verdict'], code: string, after?: number): VerdictRow => ({
  verdict,
  code,
  message: '',
  meaning: { en: code, zh: code },
  advice: { en: code, zh: code },
  source: 'here',
  ...(after !== undefined && { after }),
})

const table: VerdictTable = {
  code: 'error.code',
  message: 'error.text',
  success: ['0', 'OK'],
  rows: { 18: row('rate', 'QPS_LIMIT', 700), 111: row('token', 'TOKEN_EXPIRED'), Busy: row('busy', 'SERVER_BUSY') },
  byMessage: [{ code: '111', matches: 'image', row: row('input', 'IMAGE_BAD') }],
  ranges: [{ from: 200, to: 299, row: row('server', 'SERVER_ERROR') }],
}

async function judged(step: Step, options: { stream?: boolean; bare?: boolean } = {}) {
  const stack = pipeline([status(), reject(options.bare ? {} : { verdicts: table })], scriptedTransport(step))
  const http = client({ pipeline: stack, origin: 'https://api.example.com' })
  const outcome = await http.outcome({ path: '/', ...(options.stream && { stream: true }) })
  const { verdict, code, retryAfter } = outcome
  return {
    verdict,
    code,
    ...(retryAfter !== undefined && { retryAfter }),
    ...(!outcome.failed && outcome.judgement.vendorCode !== undefined && { vendorCode: outcome.judgement.vendorCode }),
  }
}

const says = (code: unknown, text?: string, code_ = 200) => repliesJson({ error: { code, text } }, code_)

describe('reject', () => {
  it.each([
    ['a number', says(18), { verdict: 'rate', code: 'QPS_LIMIT', retryAfter: 700, vendorCode: '18' }],
    ['a text', says('18'), { verdict: 'rate', code: 'QPS_LIMIT', retryAfter: 700, vendorCode: '18' }],
    ['a word', says('Busy'), { verdict: 'busy', code: 'SERVER_BUSY', vendorCode: 'Busy' }],
    [
      'a code whatever the status',
      says(18, '', 400),
      { verdict: 'rate', code: 'QPS_LIMIT', retryAfter: 700, vendorCode: '18' },
    ],
    [
      'a code that its message decides',
      says(111, 'Image data error'),
      { verdict: 'input', code: 'IMAGE_BAD', vendorCode: '111' },
    ],
    [
      'the same code with another message',
      says(111, 'expired'),
      { verdict: 'token', code: 'TOKEN_EXPIRED', vendorCode: '111' },
    ],
    ['the first code of a range', says(200), { verdict: 'server', code: 'SERVER_ERROR', vendorCode: '200' }],
    ['the last code of a range', says(299), { verdict: 'server', code: 'SERVER_ERROR', vendorCode: '299' }],
    ['a code beyond it', says(300), { verdict: 'input', code: 'VENDOR_CODE', vendorCode: '300' }],
    [
      'a code that is no word',
      says('a b<script>'),
      { verdict: 'input', code: 'VENDOR_CODE', vendorCode: 'unprintable' },
    ],
    [
      'a name that objects have',
      says('constructor'),
      { verdict: 'input', code: 'VENDOR_CODE', vendorCode: 'constructor' },
    ],
    ['success by number', says(0), { verdict: 'ok', code: 'STATUS_200' }],
    ['success by word', says('OK'), { verdict: 'ok', code: 'STATUS_200' }],
    ['no code', repliesJson({ words: [] }), { verdict: 'ok', code: 'STATUS_200' }],
    ['an empty code', says(''), { verdict: 'ok', code: 'STATUS_200' }],
    ['a list instead of an object', repliesJson([1]), { verdict: 'ok', code: 'STATUS_200' }],
    ['null', repliesJson(null), { verdict: 'ok', code: 'STATUS_200' }],
  ])('reads %s', async (_, step, expected) => {
    expect(await judged(step)).toEqual(expected)
  })

  it.each([
    ['no code and a 503', repliesJson({}, 503), { verdict: 'busy', code: 'STATUS_503' }],
    ['HTML and a 502', replies(502, {}, '<html>'), { verdict: 'server', code: 'STATUS_502' }],
    ['HTML and a 302', replies(302, {}, '<html>'), { verdict: 'input', code: 'REDIRECT_LEFT' }],
    ['nothing and a 204', replies(204), { verdict: 'ok', code: 'STATUS_204' }],
    ['nothing and a 503', replies(503), { verdict: 'busy', code: 'STATUS_503' }],
  ])('leaves to status: %s', async (_, step, expected) => {
    expect(await judged(step)).toEqual(expected)
  })

  it.each([
    ['HTML', replies(200, {}, ' <!DOCTYPE html><p>'), { verdict: 'server', code: 'BODY_HTML' }],
    ['half a document', replies(200, {}, '{"a":'), { verdict: 'server', code: 'BODY_NOT_JSON' }],
    ['nothing at all', replies(200), { verdict: 'server', code: 'BODY_NOT_JSON' }],
  ])('says of %s with 200 that it is no answer', async (_, step, expected) => {
    expect(await judged(step)).toEqual(expected)
  })

  it('prefers the server’s own Retry-After to the table’s', async () => {
    expect(await judged(replies(200, { 'retry-after': '3' }, '{"error":{"code":18}}'))).toMatchObject({
      retryAfter: 3000,
    })
  })

  it('leaves alone a failure, a call that streams, and every reply when it has no table', async () => {
    expect(await judged(breaks('CONNECTION_RESET'))).toEqual({ verdict: 'network', code: 'CONNECTION_RESET' })
    expect(await judged(says(18), { stream: true })).toEqual({ verdict: 'ok', code: 'STATUS_200' })
    expect(await judged(replies(200, {}, '<html>'), { bare: true })).toEqual({ verdict: 'ok', code: 'STATUS_200' })
  })

  it('notes what the server said in code words, never in its text', async () => {
    const http = client({
      pipeline: pipeline([reject({ verdicts: table })], scriptedTransport(says(18, 'canary words'))),
      origin: 'https://api.example.com',
    })
    const error = await http.get('/').catch((thrown) => thrown)
    expect(
      error.ledger.notes.map(({ kind, facts }: { kind: { id: string }; facts: object }) => [kind.id, facts]),
    ).toEqual([['reject.says', { vendor: '18', code: 'QPS_LIMIT', verdict: 'rate' }]])
    expect(error.explain()).not.toContain('canary')
  })
})
