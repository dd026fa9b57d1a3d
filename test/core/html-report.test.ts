/** The page of a report: what it says, that nothing in a flight becomes markup, that it needs nobody. */
import { createHash } from 'node:crypto'
import { type Flight, Secret } from '@penstock/core'
import { conclude, htmlReport } from '@penstock/core/diagnose'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { connectionOf, flightWith, noteOf, slowLayer, tooFast, tripOf } from '../support/flights.ts'

const certificate = {
  subject: 'CN=old.example.com',
  issuer: 'CN=Acme',
  names: 'DNS:old.example.com',
  validFrom: 'Jan  1 12:00:00 2025 GMT',
  validTo: 'Jan  1 12:00:00 2026 GMT',
  fingerprint256: 'AA:BB',
}
const tls = {
  protocol: 'TLSv1.3',
  cipher: 'TLS_AES_256_GCM_SHA384',
  group: 'X25519',
  alpn: 'h2',
  serverName: 'old.example.com',
  resumed: false,
  chain: [certificate],
}
const secured = flightWith({
  trips: [
    tripOf({ phases: { wait: 100 }, connection: connectionOf({ tls, handshake: { sent: 702, received: 3411 } }) }),
  ],
})

/** What somebody reads who sees the page in one language: without tags, blanks pressed together. */
const read = (page: string, lang: 'en' | 'zh') =>
  page
    .replace(/<head>.*<\/head>/s, '')
    .replaceAll(lang === 'en' ? /<span lang="zh-Hans">[^<]*<\/span>/g : /<span lang="en">[^<]*<\/span>/g, '')
    .replaceAll(/<title>[^<]*<\/title>|<[^>]+>/g, ' ')
    .replaceAll(/\s+/g, ' ')

describe('htmlReport', () => {
  it('says first why, and what to do', () => {
    const { en, zh, fix } = conclude(tooFast)!

    expect(read(htmlReport([tooFast]), 'en')).toContain(
      `✗ QPS_LIMIT rate baidu.ocr.general_basic ${en} What to do ${fix.en} POST ${tooFast.url}`,
    )
    expect(read(htmlReport([tooFast]), 'zh')).toContain(`${zh} 处理方法 ${fix.zh} POST ${tooFast.url}`)
  })

  it('says of a failure that nobody can explain who says it', () => {
    const failure = { ...tooFast.failure!, code: 'ODD', layer: 'mine', because: 'no idea', vendorCode: undefined }
    const page = htmlReport([flightWith({ failure: { ...failure, meaning: undefined, advice: undefined } })])

    expect(read(page, 'en')).toContain('mine: no idea')
    expect(page).not.toContain('class="fix"')
  })

  it.each([
    ['of an answer', { trips: [tripOf()] }, 'Answered 200 in 100 ms.', '用时 100 ms，返回 200。'],
    ['without a request', {}, 'It went well, in 100 ms.', '调用成功，用时 100 ms。'],
    ['so far', { running: true, verdict: undefined }, 'It still runs, after 100 ms.', '100 ms 后仍在进行。'],
  ])('tells of a call that did not fail: %s', (_, change, en, zh) => {
    const page = htmlReport([flightWith(change)])

    expect([read(page, 'en').includes(` ${en} `), read(page, 'zh').includes(` ${zh} `)]).toEqual([true, true])
  })

  it('draws every stretch where it was, as a share of the axis', () => {
    const flight = flightWith({ took: 400, trips: [tripOf({ at: 100, phases: { send: 100, wait: 200 } })] })

    expect([...htmlReport([flight]).matchAll(/<rect class="(\w+)" x="([^"]+)" width="([^"]+)" y="50%"/g)]).toEqual([
      expect.objectContaining({ 1: 'send', 2: '25%', 3: '25%' }),
      expect.objectContaining({ 1: 'wait', 2: '50%', 3: '50%' }),
    ])
  })

  it('gives each phase that a colour tells apart a pattern of its own too', () => {
    const page = htmlReport([tooFast])
    const kinds = ['queue', 'dns', 'tcp', 'tls', 'send', 'receive', 'work']
    const strokes = kinds.map(
      (kind) => page.match(`<pattern id="pattern-${kind}"[^§]*?<path class="ink" d="([^"]+)"`)?.[1],
    )

    expect(strokes.filter((one) => one !== undefined)).toEqual([...new Set(strokes)])
    expect(kinds.filter((kind) => !page.includes(`.${kind}{fill:url(#pattern-${kind}) var(--${kind})}`))).toEqual([])
  })

  it('has the numbers of the picture in a table', () => {
    expect(read(htmlReport([tooFast]), 'en')).toContain(
      '2 CONNECTION_RESET ended in phase receive 1330 0.3 0.0 0.0 0.0 50 43 0.0 93 0 0 –',
    )
  })

  it('adds up where the time went, and says what nothing explains', () => {
    const text = read(htmlReport([flightWith({ took: 200, trips: [tripOf({ phases: { wait: 150 } })] })]), 'en')

    expect(text).toContain('wait 150 ms 75 % unaccounted 50 ms 25 %')
  })

  it('names decisions with their numbers, stalls, and addresses tried in vain', () => {
    const text = read(htmlReport([tooFast]), 'en')

    expect(text).toContain(
      '816 ms 1 retry waits 512 ms, then sends again: QPS_LIMIT retry.waits wait 512 code QPS_LIMIT',
    )
    expect(text).toContain('At 1.70 s: 180 ms')
    expect(text).toContain('2001:db8::7 1.43 s ENETUNREACH 192.0.2.7 1.43 s connected')
  })

  it('shows what TLS came to, and a certificate that did not hold when the call began', () => {
    const text = read(htmlReport([secured]), 'en')

    expect(text).toContain(
      'Protocol TLSv1.3 Cipher TLS_AES_256_GCM_SHA384 Key exchange X25519 ALPN h2 Name asked for old.example.com',
    )
    expect(text).toContain('Handshake 702 bytes out, 3411 in')
    expect(text).toContain(
      'Valid Jan 1 12:00:00 2025 GMT – Jan 1 12:00:00 2026 GMT ✗ not valid when the call began SHA-256 AA:BB',
    )
    expect(read(htmlReport([{ ...secured, startedAt: '2025-06-01T00:00:00.000Z' }]), 'en')).not.toContain('✗')
  })

  it('shows a connection once, however many requests it carried', () => {
    expect(read(htmlReport([tooFast]), 'en').match(/Connection \d/g)).toEqual([
      'Connection 7',
      'Connection 8',
      'Connection 7',
    ])
  })

  it('shows the tree of layers at level all', () => {
    expect(read(htmlReport([slowLayer]), 'en')).toContain('deadline #1 ok 998 cache #1 ok 996 got #1 ok 152')
  })

  it('holds a command line that makes the call again', () => {
    expect(htmlReport([tooFast])).toContain(
      '--url &#39;https://aip.example.com/rest/2.0/ocr/v1/general_basic&#39;&quot;$',
    )
  })

  it('holds calls made on behalf of others, each with all of this', () => {
    expect(htmlReport([tooFast])).toContain('<article class="call fine" id="call-1-1">')
  })

  it('leads to each of several calls', () => {
    const page = htmlReport([tooFast, slowLayer])
    const links = [...page.matchAll(/href="#(call-\d+)"/g)].map(([, id]) => id)

    expect(links).toEqual(['call-1', 'call-2'])
    expect(links.filter((id) => !page.includes(` id="${id}"`))).toEqual([])
    expect(read(page, 'en')).toContain('2 calls, 1 failed')
    expect(htmlReport([tooFast])).not.toContain('<nav')
  })

  it('names what ran, where that is given', () => {
    expect(read(htmlReport([tooFast], { versions: { node: 'v24.8.0' } }), 'en')).toContain('Environment node v24.8.0')
    const ran = (node: string) => flightWith({ versions: { penstock: '0.1.0', node } })
    const page = htmlReport([ran('v24.1.0'), ran('v24.2.0'), ran('v24.1.0')], { versions: { node: 'v1', mine: '7' } })
    expect(read(page, 'en')).toContain(
      'Environment node v24.1.0, v24.2.0 mine 7 penstock 0.1.0 Recorded at level errors',
    )
  })

  it('opens in the language asked for', () => {
    const pressed = (page: string) => [
      /<html lang="([^"]+)"/.exec(page)![1],
      /id="(\w\w)"[^>]*\schecked/.exec(page)![1],
    ]

    expect([htmlReport([]), htmlReport([], { lang: 'zh' })].map(pressed)).toEqual([
      ['en', 'en'],
      ['zh-Hans', 'zh'],
    ])
  })

  it('is the same of the same', () => {
    expect(htmlReport([tooFast, slowLayer])).toBe(htmlReport(JSON.parse(JSON.stringify([tooFast, slowLayer]))))
  })

  it('leaves out the middle of very long lists', () => {
    const trips = Array.from({ length: 5000 }, (_, at) => tripOf({ attempt: at, at, phases: { wait: 1 } }))
    const notes = Array.from({ length: 5000 }, (_, at) => noteOf(at, 'retry.spent', 'gives up', '放弃'))
    const text = read(htmlReport([flightWith({ took: 5000, trips, notes })]), 'en')

    expect(text).toContain('… 9600 more …')
    expect(text).toContain('… 4000 more …')
  })
})

describe('the page', () => {
  it('allows itself nothing but its own style', () => {
    const page = htmlReport([tooFast])
    const style = /<style>(.*)<\/style>/s.exec(page)![1]!
    const hash = createHash('sha256').update(style).digest('base64')

    expect(/http-equiv="Content-Security-Policy" content="([^"]+)"/.exec(page)![1]!.replaceAll('&#39;', "'")).toBe(
      `default-src 'none'; style-src 'sha256-${hash}'; img-src data:; base-uri 'none'; form-action 'none'`,
    )
  })

  it('has no script, no style outside its sheet, and nothing to fetch', () => {
    const page = htmlReport([tooFast, slowLayer, secured])
    const fetched = [...page.matchAll(/\s(?:src|href|action|poster|data|srcset)="([^"]*)"/g)].map(([, to]) => to!)

    expect(page).not.toMatch(/<script|\son\w+=|\sstyle=|@import|url\((?!#pattern)/i)
    expect(fetched.filter((to) => !/^(#[\w-]+|data:image\/svg\+xml,[\w%.-]+)$/.test(to))).toEqual([])
  })

  it('keeps whatever stands in a flight text', () => {
    const hostile = `"><script>alert(1)</script><img src=x onerror='a()'>\u202e\u0007&amp;</style></title>`
    const evil = everyText(JSON.parse(JSON.stringify({ ...tooFast, spans: slowLayer.spans, trips: secured.trips })))
    const page = htmlReport([evil(hostile)], { versions: { [hostile]: hostile } })

    expect(tagsOf(page)).toEqual(tagsOf(htmlReport([evil('x')], { versions: { x: 'x' } })))
    expect(page).not.toMatch(/\u202e|(?!\n)\p{Cc}/u)
  })

  it('keeps it text for any text', () => {
    const evil = everyText(JSON.parse(JSON.stringify({ ...tooFast, spans: slowLayer.spans, trips: secured.trips })))
    const plain = tagsOf(htmlReport([evil('x')]))
    const odd = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .array(fc.constantFrom('<', '>', '"', "'", '&', '/', '=', '`', '\n', ' ', '<!--', ']]>', 'x'))
        .map((all) => all.join('')),
    )
    fc.assert(
      // a text that is empty may leave its field out
      fc.property(odd, (text) => {
        expect(tagsOf(htmlReport([evil(`x${text}`)]))).toEqual(plain)
      }),
      { numRuns: 200 },
    )
  })

  it('shows no live secret, not even one that a value becomes by being written', () => {
    const key = new Secret('api_key', 'html-canary-<&>-1')
    const flight = flightWith({ method: 'html-canary-<&>-1', url: 'https://api.example.com/html-canary-%3C%26%3E-1' })
    const page = htmlReport([flight], { versions: { mine: key.reveal() } })

    expect(page).not.toContain('html-canary')
    expect(page).toContain(String(key))
  })

  it('keeps its style where a secret is a word of it', () => {
    const before = htmlReport([tooFast])
    const key = new Secret('password', 'box-sizing:border-box')

    expect(htmlReport([tooFast])).toBe(before)
    expect(before).toContain(key.reveal())
  })
})

/** What is markup: the tags with their classes, without the values that come from a flight. */
const tagsOf = (page: string) =>
  [...page.matchAll(/<(\/?[a-z][a-z0-9]*|!--|!doctype)([^>]*)>/gi)].map(
    ([, name, rest]) =>
      `${name}${[...rest!.matchAll(/\s([\w-]+)=/g)].map(([, attribute]) => ` ${attribute}`).join('')}`,
  )

/** A flight in which a text stands wherever one may. */
const everyText =
  (flight: Flight) =>
  (text: string): Flight => {
    const replaced = (value: unknown, key = ''): unknown => {
      if (typeof value === 'string')
        return ['url', 'startedAt', 'validFrom', 'validTo', 'schema'].includes(key) ? value : text
      if (Array.isArray(value)) return value.map((one) => replaced(one, key))
      if (typeof value !== 'object' || value === null) return value
      return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, replaced(one, name)]))
    }
    return replaced(flight) as Flight
  }
