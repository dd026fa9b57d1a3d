import { flightLine } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import { flightWith, tooFast, tripOf } from '../support/flights.ts'

describe('flightLine', () => {
  it('tells a failed call in one line', () => {
    expect(flightLine(tooFast)).toBe(
      'time=2026-11-21T02:01:00.000Z level=error call=1 method=POST url=https://aip.example.com/rest/2.0/ocr/v1/general_basic ' +
        'endpoint=baidu.ocr.general_basic outcome=QPS_LIMIT verdict=rate layer=server status=200 vendor_code=18 attempts=3 ' +
        'requests=3 total_ms=2338 wait_ms=514 unaccounted_ms=5 cause=qps-limit ' +
        'because="The server says 18: More requests a second than the application may make." ' +
        'hint="Put a rateLimit in the stack, or raise the quota."',
    )
  })

  it('tells one that went well in a shorter one', () => {
    expect(flightLine(flightWith({ trips: [tripOf({ phases: { wait: 100 } })] }))).toBe(
      'time=2026-11-21T02:01:00.000Z level=info call=1 method=GET url=https://api.example.com/things outcome=ok status=200 ' +
        'attempts=1 requests=1 total_ms=100 wait_ms=0 unaccounted_ms=0',
    )
  })

  it('says why in Chinese, and translates no key', () => {
    expect(flightLine(tooFast, { lang: 'zh' })).toContain(
      'cause=qps-limit because=服务器返回 18：每秒请求数超过应用配额。'.replace(/=(服.*)$/, '="$1"'),
    )
  })

  it('stays one line whatever stands in a flight', () => {
    const line = flightLine(flightWith({ method: 'a"b c\n\u001b[2J\u202e=\\' }))

    expect(line).toContain(String.raw`method="a\"b c\n\u001b[2J\u202e=\\"`)
    expect(line).not.toMatch(/\p{C}/u)
  })
})
