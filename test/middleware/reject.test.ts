import {
  bytesBody,
  type Call,
  client,
  Failure,
  type Next,
  pipeline,
  Reply,
  type VerdictRow,
  type VerdictTable,
} from '@penstock/core'
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

/** How a reply is judged by a table, what is noted of it, and what the recorder is told that its body says. */
async function told(step: Step, verdicts: VerdictTable = table) {
  let seen: Call<any>
  const watched = (call: Call, next: Next) => next((seen = call))
  const stack = pipeline([watched, reject({ verdicts })], scriptedTransport(step))
  const outcome = await client({ pipeline: stack, origin: 'https://api.example.com' }).outcome({ path: '/' })
  const { notes, trips } = seen!.ledger
  return {
    judgement: outcome.failed ? undefined : outcome.judgement,
    notes: (notes ?? []).map(({ kind, facts, layer }) => [kind.id, facts, layer]),
    body: trips.at(-1)!.body,
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
    [
      'another code with that message',
      says(18, 'Image data error'),
      { verdict: 'rate', code: 'QPS_LIMIT', retryAfter: 700, vendorCode: '18' },
    ],
    ['the first code of a range', says(200), { verdict: 'server', code: 'SERVER_ERROR', vendorCode: '200' }],
    ['the last code of a range', says(299), { verdict: 'server', code: 'SERVER_ERROR', vendorCode: '299' }],
    ['a code before it', says(199), { verdict: 'input', code: 'VENDOR_CODE', vendorCode: '199' }],
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
    ['null as a code', says(null), { verdict: 'ok', code: 'STATUS_200' }],
    ['true as a code', says(true), { verdict: 'ok', code: 'STATUS_200' }],
    ['an object as a code', says({ code: 18 }), { verdict: 'ok', code: 'STATUS_200' }],
    ['an empty code', says(''), { verdict: 'ok', code: 'STATUS_200' }],
    ['text instead of an object', repliesJson({ error: 'none' }), { verdict: 'ok', code: 'STATUS_200' }],
    ['a list instead of an object', repliesJson([1]), { verdict: 'ok', code: 'STATUS_200' }],
    ['null', repliesJson(null), { verdict: 'ok', code: 'STATUS_200' }],
  ])('reads %s', async (_, step, expected) => {
    expect(await judged(step)).toEqual(expected)
  })

  it.each([
    ['no code and a 503', repliesJson({}, 503), { verdict: 'busy', code: 'STATUS_503' }],
    ['HTML and a 502', replies(502, {}, '<html>'), { verdict: 'server', code: 'STATUS_502' }],
    ['no code and a 300', repliesJson({}, 300), { verdict: 'input', code: 'REDIRECT_LEFT' }],
    ['HTML and a 300', replies(300, {}, '<html>'), { verdict: 'input', code: 'REDIRECT_LEFT' }],
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

  it.each([
    ['HTML', replies(200, {}, '<html>'), 'html', { kind: 'html' }, 200],
    ['HTML and a 502', replies(502, {}, '<html>'), 'html', { kind: 'html' }, 502],
    ['text that holds HTML', replies(200, {}, '"<html>'), 'noJson', { kind: 'text' }, 200],
  ])('notes that JSON was due, and keeps that the body was none: %s', async (_, step, note, body, status) => {
    expect(await told(step)).toMatchObject({ notes: [[`reject.${note}`, { status }, 'reject']], body })
  })

  it('keeps where the code and the message stood, and the pattern of the message that is known', async () => {
    const at = { kind: 'json', path: 'error.code', messagePath: 'error.text' }
    const known = { ...table, rows: { 18: { ...row('rate', 'QPS_LIMIT'), message: 'Too many' } } }
    expect((await told(says(18), known)).body).toEqual({ ...at, code: '18', message: 'Too many' })
    expect((await told(says('a b'), known)).body).toEqual({ ...at, code: 'unprintable', message: undefined })
  })

  it('looks up no more than a table has', async () => {
    const { code, message, success, rows } = table
    const { judgement, notes } = await told(says(200, 'image'), { code, message, success, rows })
    expect(judgement).toEqual({ verdict: 'input', code: 'VENDOR_CODE', vendorCode: '200', requestId: undefined })
    expect(notes).toEqual([['reject.unlisted', { vendor: '200', status: 200 }, 'reject']])
  })

  it.each([
    ['a code of 64 characters', 'c'.repeat(64), 'c'.repeat(64)],
    ['none of more', 'c'.repeat(65), 'unprintable'],
  ])('shows %s', async (_, code, shown) => {
    expect((await told(says(code))).judgement!.vendorCode).toBe(shown)
  })

  it.each([
    ['a known code', 18, 7, '7'],
    ['an unlisted code', 'other', 'a-7', 'a-7'],
    ['an id that may hold anything', 18, 'a b', undefined],
    ['no id', 18, undefined, undefined],
  ])('hands on the id that the support of the vendor asks for, of %s', async (_, code, id, requestId) => {
    const step = repliesJson({ error: { code }, log: { id } })
    expect((await told(step, { ...table, requestId: 'log.id' })).judgement!.requestId).toBe(requestId)
    expect((await told(step)).judgement!.requestId).toBeUndefined()
  })

  it('judges a reply without a code even where no status stands outside', async () => {
    expect((await told(repliesJson({}))).judgement).toEqual({ verdict: 'ok' })
  })

  it('reads the message in the charset that the server names', async () => {
    const chinese = { ...table, byMessage: [{ code: '111', matches: '图片', row: row('input', 'IMAGE_BAD') }] }
    const gbk = Buffer.concat([
      Buffer.from('{"error":{"code":111,"text":"'),
      Buffer.from([0xcd, 0xbc, 0xc6, 0xac]),
      Buffer.from('"}}'),
    ])
    const step = replies(200, { 'content-type': 'application/json; charset=gbk' }, gbk)
    expect((await told(step, chinese)).judgement).toMatchObject({ code: 'IMAGE_BAD' })
  })

  it('hands on the failure of a body that breaks', async () => {
    const broken = new Failure('network', 'CONNECTION_RESET', 'scripted', 'it broke')
    const reply = new Reply(200, {}, { ...bytesBody(Buffer.from('')), whole: broken })
    expect(await judged(() => reply)).toEqual({ verdict: 'network', code: 'CONNECTION_RESET' })
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
