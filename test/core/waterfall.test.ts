/** The picture of a call: the same flight, the same text, to the letter. */
import { waterfall } from '@penstock/core/diagnose'
import stringWidth from 'string-width'
import { describe, expect, it } from 'vitest'
import { textWidth } from '../../packages/core/src/recorder/waterfall/text-width.ts'
import { connectionOf, flightWith, noteOf, slowLayer, tooFast, tripOf } from '../support/flights.ts'

const plain = { ascii: false, color: false } as const

describe('waterfall', () => {
  it('shows a failed call in 100 columns', () => {
    expect(waterfall(tooFast, { ...plain, columns: 100 })).toMatchInlineSnapshot(`
      "✗ baidu.ocr.general_basic  POST https://aip.example.com/rest/2.0/ocr/v1/general_basic
        QPS_LIMIT (rate) after 3 attempts, 3 requests · 2.3 s of 10 s

        #  connection  result                    0         0.5        1.0       1.5          2.3 s      ms
           ↳ baidu.token: ok
          1  c7 new      200                     ·░▒▓▀█▄                                               190
        1  c7 ↻ 0.6 ms 200                           ·▀██████████▄                                     624
           ↳ reject the server says 18 QPS_LIMIT: verdict rate
           ↳ retry waits 512 ms, then sends aga…                  ╌╌╌╌╌╌╌╌╌╌╌                          514
        2  c7 ↻ 31 s   CONNECTION_RESET                                      ·▀█                        93
           ↳ retry sends again at once: CONNECTION_RESET
        3  c8 new      200                                                     ·░▒▓▓▀████████████▄     912
           ↳ tried in vain: 2001:db8::7 ENETUNREACH
           ↳ retry gives up: all 3 attempts are used
        !  this process stood still                                                  ╳╳╳               180

        · queue 2.2  ░ dns 21  ▒ tcp 46  ▓ tls 142  ▀ send 159  █ wait 1443 (62 %)  ▄ receive 6.1
        ╌ layers wait 514 (22 %)  ╳ stall 180

      ∴ The server says 18: More requests a second than the application may make.
      → Put a rateLimit in the stack, or raise the quota."
    `)
  })

  it('shows it in 80 columns and Chinese', () => {
    expect(waterfall(tooFast, { ...plain, columns: 80, lang: 'zh' })).toMatchInlineSnapshot(`
      "✗ baidu.ocr.general_basic  POST
        https://aip.example.com/rest/2.0/ocr/v1/general_basic
        QPS_LIMIT (rate) 共 3 次尝试、3 个请求 · 2.3 s，限时 10 s

        #  连接        结果              0       0.5     1.0     1.5     2.3 s      ms
           ↳ baidu.token: ok
          1  c7 新建     200             ·░▒▓▀█▄                                   190
        1  c7 ↻ 0.6 ms 200                  ·▀███████▄                             624
           ↳ reject 服务器返回 18 QPS_LIMIT：判定 rate
           ↳ retry 等待 512 ms 后重发：…              ╌╌╌╌╌╌╌╌                     514
        2  c7 ↻ 31 s   CONNECTION_RESET                       ·▀█                   93
           ↳ retry 立即重发：CONNECTION_RESET
        3  c8 新建     200                                      ·░▒▓▀████████▄     912
           ↳ 连接失败：2001:db8::7 ENETUNREACH
           ↳ retry 放弃：3 次尝试已用完
        !  本进程停顿                                               ╳╳╳            180

        · 排队 2.2  ░ 域名 21  ▒ TCP 46  ▓ TLS 142  ▀ 发送 159  █ 等待 1443 (62 %)
        ▄ 接收 6.1  ╌ 各层等待 514 (22 %)  ╳ 停顿 180

      ∴ 服务器返回 18：每秒请求数超过应用配额。
      → 加入 rateLimit，或提升配额。"
    `)
  })

  it('shows it in nothing but ASCII', () => {
    const text = waterfall(tooFast, { ascii: true, color: false, columns: 80 })

    expect(text).toMatchInlineSnapshot(`
      "x baidu.ocr.general_basic  POST
        https://aip.example.com/rest/2.0/ocr/v1/general_basic
        QPS_LIMIT (rate) after 3 attempts, 3 requests - 2.3 s of 10 s

        #  connection  result            0       0.5     1.0     1.5     2.3 s      ms
           > baidu.token: ok
          1  c7 new      200             .dcs>w<                                   190
        1  c7 r 0.6 ms 200                  .>wwwwwww<                             624
           > reject the server says 18 QPS_LIMIT: verdict rate
           > retry waits 512 ms, then s~              --------                     514
        2  c7 r 31 s   CONNECTION_RESET                       .>w                   93
           > retry sends again at once: CONNECTION_RESET
        3  c8 new      200                                      .dcs>wwwwwwww<     912
           > tried in vain: 2001:db8::7 ENETUNREACH
           > retry gives up: all 3 attempts are used
        !  this process stood still                                 xxx            180

        . queue 2.2  d dns 21  c tcp 46  s tls 142  > send 159  w wait 1443 (62 %)
        < receive 6.1  - layers wait 514 (22 %)  x stall 180

      = The server says 18: More requests a second than the application may make.
      -> Put a rateLimit in the stack, or raise the quota."
    `)
    expect(text).toMatch(/^[\x20-\x7e\n]*$/)
  })

  it('shows whose work it was that no request and no wait explains, at level all', () => {
    expect(waterfall(slowLayer, { ...plain, columns: 80 })).toMatchInlineSnapshot(`
      "✓ GET https://api.example.com/things
        ok after 1 attempt, 1 request · 1 s

        #  connection  result            0      0.2     0.4    0.6       1.0 s      ms
        1  c7 new      200                                ·▀███▄                   150
           ↳ cache: its own work         ~~~~~~~~~~~~~~~~~      ~~~~~~~~~~~~~~     844

        · queue 1.0  ▀ send 1.0  █ wait 147 (15 %)  ▄ receive 1.0
        ~ layers work 848 (85 %)"
    `)
  })

  it('says what nothing explains, when it is more than 2 %', () => {
    const call = (took: number) =>
      waterfall(flightWith({ took, trips: [tripOf({ phases: { wait: 98 } })] }), { ...plain, columns: 80 })

    expect(call(100)).not.toContain('unaccounted')
    expect(call(101)).toContain('? unaccounted 3.0')
  })

  it('shows a call that still runs', () => {
    const flight = flightWith({
      running: true,
      verdict: undefined,
      trips: [
        {
          ...tripOf({ at: 60, phases: {} }),
          phases: undefined,
          took: undefined,
          status: undefined,
          connection: undefined,
        },
      ],
      notes: [noteOf(10, 'bulkhead.waits', 'waits for one of 2 places, 1 ahead', '等待 2 个名额之一，前面有 1 个')],
    })

    expect(waterfall(flight, { ...plain, columns: 80 })).toMatchInlineSnapshot(`
      "… GET https://api.example.com/things
        still running after 1 attempt, 1 request · 100 ms

        #  connection  result            0      20      40     60       100 ms      ms
           ↳ bulkhead waits for one of …     ╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌╌                     50
        1  –           still running                           ━━━━━━━━━━━━━━━      40

        ━ request 40 (40 %)  ╌ layers wait 50 (50 %)  ? unaccounted 10 (10 %)"
    `)
  })

  it('colours a line by what it shows, with the 16 colours of the terminal', () => {
    const flight = flightWith({ took: 4, trips: [tripOf({ phases: { send: 1, wait: 3 } })] })
    const [title, , , , row] = waterfall(flight, { ascii: false, color: true, columns: 60 }).split('\n')

    expect(title).toBe('\u001b[32m\u001b[1m✓ GET https://api.example.com/things\u001b[22m\u001b[39m')
    expect(row).toContain('\u001b[34m▀▀▀▀▀▀\u001b[39m\u001b[32m████████████████\u001b[39m')
  })

  it('is plain where standard output is no terminal', () => {
    expect(waterfall(tooFast)).not.toContain('\u001b')
  })

  it('lets no text of a flight steer the terminal', () => {
    const evil = '\u001b]0;owned\u0007\u009b2J\r\n\u202e'
    const flight = flightWith({
      method: `GET${evil}`,
      notes: [noteOf(1, `x.y`, evil, evil)],
      failure: { ...tooFast.failure!, code: evil, vendorCode: undefined, meaning: undefined, because: evil },
    })

    expect(waterfall(flight, plain)).toContain(String.raw`GET\u001b]0;owned\u0007\u009b2J  \u202e https:`)
    expect(waterfall(flight, plain).replaceAll('\n', '')).not.toMatch(/[\p{Cf}\p{Cc}]/u)
  })

  it('leaves out the middle of a call with very many lines', () => {
    const trips = Array.from({ length: 5000 }, (_, index) => tripOf({ attempt: index, at: index, phases: { wait: 1 } }))
    const lines = waterfall(flightWith({ took: 5000, trips }), { ...plain, columns: 80 }).split('\n')

    expect(lines).toHaveLength(87)
    expect(lines[44]).toBe('     … 4920 more lines …')
  })

  it('names every address that was tried in vain', () => {
    const tries = [
      { address: '192.0.2.1', family: 4, at: 0, code: 'ECONNREFUSED' },
      { address: '192.0.2.2', family: 4, at: 1 },
    ]
    const flight = flightWith({ trips: [tripOf({ phases: { wait: 100 }, connection: connectionOf({ tries }) })] })

    expect(waterfall(flight, plain)).toContain('↳ tried in vain: 192.0.2.1 ECONNREFUSED\n')
  })
})

describe('the width of a text', () => {
  const sample = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => String.fromCodePoint(from + index)).filter((one) =>
      /\P{C}/u.test(one),
    )

  it.each([
    ['Latin, Greek and Cyrillic', 0x20, 0x530],
    ['punctuation, arrows, boxes and blocks', 0x2010, 0x2600],
    ['Chinese and Japanese', 0x2e80, 0xa4d0],
    ['Korean', 0xac00, 0xd7a4],
    ['full and half widths', 0xfe30, 0xfff0],
    ['rare Chinese', 0x20000, 0x20100],
    ['pictures', 0x1f300, 0x1f650],
  ])('of %s is as string-width has it', (_, from, to) => {
    const other = sample(from, to).filter((one) => textWidth(one) !== stringWidth(one))

    // in a terminal a lone combining mark takes what its font gives it
    expect(other.filter((one) => !/^\p{M}|[\u3164\uffa0]/u.test(one))).toEqual([])
  })

  it('of a whole sentence is that of its letters', () => {
    expect(['放弃：3 次尝试已用完', 'e\u0301tude', '👨‍👩‍👧 ok', ''].map(textWidth)).toEqual([20, 5, 5, 0])
  })
})
