/** What Baidu's API is sent, and what is made of its answers: by the vendor's pages, on both transports. */
import type { CallError, Transport } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { breaks, scriptedTransport } from '@penstock/core/testing'
import { baidu } from '@penstock/ocr'
import { http, HttpResponse, type HttpResponseResolver } from 'msw'
import { describe, expect, it } from 'vitest'
import { drawnText } from '../support/images.ts'
import { useNetwork } from '../support/network.ts'

const origin = 'https://aip.baidubce.com'
const network = useNetwork()
const image = await drawnText('INVOICE 2026')

type Seen = {
  readonly url: URL
  readonly form: URLSearchParams
  readonly contentType: string | null
  readonly length: number
}

/** The vendor as its pages describe it: a token endpoint, and `general_basic` with the given answers in turn. */
function vendor(...answers: readonly [HttpResponseResolver, ...HttpResponseResolver[]]) {
  const tokens: Seen[] = []
  const calls: Seen[] = []
  const see = async (request: Request): Promise<Seen> => {
    const text = await request.text()
    return {
      url: new URL(request.url),
      form: new URLSearchParams(text),
      contentType: request.headers.get('content-type'),
      length: Number(request.headers.get('content-length')),
    }
  }
  network.use(
    http.post(`${origin}/oauth/2.0/token`, async ({ request }) => {
      tokens.push(await see(request))
      return HttpResponse.json({
        access_token: `24.canary-token-${tokens.length}`,
        expires_in: 2592000,
        scope: 'public brain_all_scope',
      })
    }),
    http.post(`${origin}/rest/2.0/ocr/v1/general_basic`, async (info) => {
      calls.push(await see(info.request.clone()))
      return answers[Math.min(calls.length, answers.length) - 1]!(info)
    }),
  )
  return { tokens, calls }
}

const text =
  (body: string, status = 200, headers = {}) =>
  () =>
    new HttpResponse(body, { status, headers })
const json = (value: object) => () => HttpResponse.json(value)
const read = text(
  '{"log_id":1803053124329552748,"words_result_num":1,"words_result":[{"words":"INVOICE 2026","later_field":1}]}',
)
const code = (error_code: number, error_msg = 'said by the vendor') => json({ error_code, error_msg, log_id: 1 })

describe.each<[string, () => Transport]>([
  ['got', () => gotTransport()],
  ['undici', () => undiciTransport()],
])('Baidu over %s', (_, transport) => {
  const ocr = () =>
    baidu(
      { apiKey: 'canary-api-key', secretKey: 'canary-secret-key' },
      { transport: transport(), layers: { retry: { delay: 1, maxDelay: 2 } }, qps: 1000 },
    )

  it('asks for a token once, as a form, and sends the image with it', async () => {
    const { tokens, calls } = vendor(read)
    await using client = ocr()
    await client.generalBasic({ image, detect_direction: true, language_type: 'ENG' })
    await client.generalBasic({ image })
    expect(tokens.map(({ form, contentType }) => ({ ...Object.fromEntries(form), contentType }))).toEqual([
      {
        grant_type: 'client_credentials',
        client_id: 'canary-api-key',
        client_secret: 'canary-secret-key',
        contentType: 'application/x-www-form-urlencoded',
      },
    ])
    expect(calls.map(({ url }) => url.search)).toEqual([
      '?access_token=24.canary-token-1',
      '?access_token=24.canary-token-1',
    ])
    const { form, contentType } = calls[0]!
    expect(contentType).toBe('application/x-www-form-urlencoded')
    expect(Object.fromEntries(form)).toEqual({
      image: Buffer.from(image).toString('base64'),
      detect_direction: 'true',
      language_type: 'ENG',
    })
  })

  it('keeps log_id exact, and fields it does not know', async () => {
    vendor(read)
    await using client = ocr()
    expect(await client.generalBasic({ image })).toEqual({
      log_id: '1803053124329552748',
      words_result_num: 1,
      words_result: [{ words: 'INVOICE 2026', later_field: 1 }],
    })
  })

  it.each([
    ['110', code(110)],
    ['111', code(111, 'Access token expired')],
    ['100', code(100)],
  ])('fetches another token after %s, and replays once, charged to no retry', async (_code, answer) => {
    const { tokens, calls } = vendor(answer, read)
    await using client = ocr()
    const page = await client.generalBasic({ image })
    expect([tokens.length, calls.length, page.ledger.attempts]).toEqual([2, 2, 1])
    expect(calls[1]!.url.search).toBe('?access_token=24.canary-token-2')
  })

  it.each([
    ['18', code(18), 'QPS_LIMIT'],
    ['282000', code(282000), 'SERVER_ERROR'],
    ['a 502 with HTML', text('<html>bad gateway</html>', 502), 'STATUS_502'],
    ['HTML with 200', text('<!DOCTYPE html><p>login</p>'), 'BODY_HTML'],
    ['broken JSON', text('{"log_id":'), 'BODY_NOT_JSON'],
    ['a 503', text('{}', 503), 'STATUS_503'],
  ])('sends again after %s, and succeeds', async (_code, answer, named) => {
    const { calls } = vendor(answer, read)
    await using client = ocr()
    const page = await client.generalBasic({ image })
    expect([calls.length, page.ledger.attempts, page.words_result[0]!.words]).toEqual([2, 2, 'INVOICE 2026'])
    expect(page.explain()).toContain(named)
  })

  it.each([
    [17, 'quota'],
    [6, 'denied'],
    [216201, 'input'],
    [216202, 'size'],
  ])('does not send again after %i, and says what to do', async (number, verdict) => {
    const { calls } = vendor(code(number))
    await using client = ocr()
    const error: CallError = await client.generalBasic({ image }).catch((thrown) => thrown)
    expect(error).toMatchObject({ vendorCode: String(number), verdict, kind: 'reply', retryable: false, status: 200 })
    expect(error.hint.length).toBeGreaterThan(10)
    expect(error.message).not.toContain('said by the vendor')
    expect(calls.length).toBe(1)
  })

  it('takes error_code 0 for a success', async () => {
    vendor(json({ error_code: 0, log_id: 1, words_result_num: 0, words_result: [] }))
    await using client = ocr()
    expect((await client.generalBasic({ image })).words_result).toEqual([])
  })

  it('refuses an answer that lost its shape', async () => {
    vendor(json({ log_id: 1 }))
    await using client = ocr()
    await expect(client.generalBasic({ image })).rejects.toMatchObject({ code: 'REPLY_SCHEMA' })
  })

  it('says that the keys are wrong when the token endpoint says so, without another try', async () => {
    let asked = 0
    network.use(
      http.post(`${origin}/oauth/2.0/token`, () => {
        asked++
        return HttpResponse.json({ error: 'invalid_client', error_description: 'unknown client id' }, { status: 401 })
      }),
    )
    await using client = ocr()
    await expect(client.generalBasic({ image })).rejects.toMatchObject({
      code: 'TOKEN_UNAVAILABLE',
      verdict: 'auth',
      message: expect.stringContaining('API_KEY_UNKNOWN'),
      hint: expect.stringMatching(/^Copy the API key from the console again/),
    })
    expect(asked).toBe(1)
  })

  it('says what to do when the token endpoint cannot be reached', async () => {
    network.use(http.post(`${origin}/oauth/2.0/token`, () => HttpResponse.json({}, { status: 302 })))
    await using client = ocr()
    await expect(client.generalBasic({ image })).rejects.toMatchObject({
      code: 'TOKEN_UNAVAILABLE',
      hint: expect.stringMatching(/explain/),
    })
    const unreachable = baidu(
      { apiKey: 'k', secretKey: 's' },
      { transport: scriptedTransport(breaks('DNS_NOT_FOUND')) },
    )
    await expect(unreachable.generalBasic({ image })).rejects.toMatchObject({
      code: 'TOKEN_UNAVAILABLE',
      hint: 'Check the host name and the DNS of this machine.',
    })
  })

  it('asks the token endpoint again after a 500', async () => {
    const { calls } = vendor(read)
    let asked = 0
    network.use(
      http.post(`${origin}/oauth/2.0/token`, () =>
        asked++ === 0 ? new HttpResponse('oops', { status: 500 }) : undefined,
      ),
    )
    await using client = ocr()
    await client.generalBasic({ image })
    expect([asked, calls.length]).toEqual([2, 1])
  })
})
