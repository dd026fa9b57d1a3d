import { Failure, type Outcome, type ReplyHeaders } from '@penstock/core'
import { virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { asked, told, type Told } from '../../packages/middleware/src/rate-limit/told.ts'

const clock = virtualClock()
const now = clock.date() / 1000

describe('the headers of a reply', () => {
  it.each<[string, ReplyHeaders, Told | undefined]>([
    ['nothing', {}, undefined],
    ['a policy alone', { 'ratelimit-policy': '"a";q=5;w=10' }, { limit: 5, window: 10_000 }],
    ['a policy of which nothing is left', { 'ratelimit-policy': '"a";q=5' }, {}],
    [
      'what is left, and of what',
      { ratelimit: '"a";r=3;t=7', 'ratelimit-policy': '"a";q=5;w=10' },
      { limit: 5, window: 10_000, remaining: 3, reset: 7000 },
    ],
    ['what is left, without a time', { ratelimit: '"a";r=3' }, { remaining: 3 }],
    ['the least that is left', { ratelimit: '"a";r=3;t=7, "b";r=1;t=2, "c";r=2;t=9' }, { remaining: 1, reset: 2000 }],
    ['the later time of two', { ratelimit: '"a";r=0;t=1, "b";r=0;t=7, "c";r=0;t=2' }, { remaining: 0, reset: 7000 }],
    ['a time rather than none', { ratelimit: '"a";r=0, "b";r=0;t=7, "c";r=0' }, { remaining: 0, reset: 7000 }],
    ['no time for what has no rest', { ratelimit: '"a";t=9, "b";r=4;t=7, "c";t=9' }, { remaining: 4, reset: 7000 }],
    ['names with commas, semicolons and signs', { ratelimit: '"a,b;r=9=x";r=3;t=7' }, { remaining: 3, reset: 7000 }],
    ['figures in quotes', { ratelimit: '"a";r="3";t="7"' }, { remaining: 3, reset: 7000 }],
    ['spaces everywhere', { ratelimit: ' "a" ; r = 3 ; t = 7 ' }, { remaining: 3, reset: 7000 }],
    ['a time, and no rest', { ratelimit: '"a";t=9' }, {}],
    ['a field that came in two', { ratelimit: ['"a";r=3;t=7', '"b";r=9;t=9'] }, { remaining: 3, reset: 7000 }],
    [
      'names with spaces, of which one counts bytes',
      {
        ratelimit: '"my calls";r=3;t=7, "my bytes";r=0;t=9',
        'ratelimit-policy': '"my calls";q=5;w=9, "my bytes";q=1;w=1;qu="content-bytes"',
      },
      { limit: 5, window: 9000, remaining: 3, reset: 7000 },
    ],
    ['draft 07', { ratelimit: 'limit=9, remaining=3, reset=7' }, { remaining: 3, reset: 7000 }],
    ['draft 07 without a time', { ratelimit: 'limit=9, remaining=3' }, { remaining: 3 }],
    ['parts of a second', { ratelimit: '"a";r=3;t=1.25' }, { remaining: 3, reset: 1250 }],
    ['a whole day', { ratelimit: '"a";r=3;t=86400' }, { remaining: 3, reset: 86_400_000 }],
    ['more than a day', { ratelimit: '"a";r=3;t=86400.1' }, { remaining: 3 }],
    ['fifteen digits', { ratelimit: `"a";r=${'9'.repeat(15)}` }, { remaining: 999_999_999_999_999 }],
    ['sixteen digits', { ratelimit: `"a";r=${'9'.repeat(16)}` }, {}],
    ['words about a figure', { ratelimit: '"a";r=about 3;t=7 or so' }, {}],
    ['words about a time', { ratelimit: '"a";r=3;t=in 7' }, { remaining: 3 }],
    ['ten digits behind the point', { ratelimit: '"a";r=3;t=1.0123456789' }, { remaining: 3 }],
    [
      'the shortest window',
      { 'ratelimit-policy': '"a";q=50;w=60, "b";q=2;w=1, "c";q=9;w=10' },
      { limit: 2, window: 1000 },
    ],
    [
      'the first of two windows of one length',
      { 'ratelimit-policy': '"a";q=5;w=1, "b";q=2;w=1' },
      { limit: 5, window: 1000 },
    ],
    ['a limit without a name', { 'ratelimit-policy': '5;w=10' }, { limit: 5, window: 10_000 }],
    [
      'a limit of requests, and of bytes',
      { 'ratelimit-policy': '"a";q=5;w=9;qu="requests", "b";q=1;w=1;qu=bytes' },
      { limit: 5, window: 9000 },
    ],
    [
      'three headers',
      { 'ratelimit-limit': '9', 'ratelimit-remaining': ' 3 ', 'ratelimit-reset': ' 7 ' },
      { remaining: 3, reset: 7000 },
    ],
    [
      'three headers, with a window',
      { 'x-ratelimit-limit': '9, 9;window=60', 'x-ratelimit-remaining': '3', 'x-ratelimit-reset': '7' },
      { limit: 9, window: 60_000, remaining: 3, reset: 7000 },
    ],
    [
      'three headers, and a policy with a shorter window',
      { 'x-ratelimit-limit': '9;w=60', 'x-ratelimit-remaining': '3', 'ratelimit-policy': '"a";q=2;w=1' },
      { limit: 2, window: 1000, remaining: 3 },
    ],
    ['the standard’s before the others', { ratelimit: '"a";r=3', 'x-ratelimit-remaining': '9' }, { remaining: 3 }],
    ['a list of values', { 'x-rate-limit-remaining': ['3', '9'] }, { remaining: 3 }],
    ['4096 letters', { ratelimit: `"${'a'.repeat(4090)}";r=3` }, { remaining: 3 }],
    ['one letter more', { ratelimit: `"${'a'.repeat(4091)}";r=3` }, {}],
  ])('say %s', (_, headers, say) => {
    expect(told(headers, clock)).toEqual(say)
  })

  it.each<[string, string, string | undefined, number | undefined]>([
    ['seconds', '7', undefined, 7000],
    ['parts of a second', '0.5', undefined, 500],
    ['seconds since 1970', `${now + 7}`, undefined, 7000],
    ['seconds and parts since 1970', `${now + 7}.5`, undefined, 7500],
    ['seconds and hundredths since 1970, with spaces', ` ${now + 7}.25 `, undefined, 7250],
    ['milliseconds since 1970', `${now * 1000 + 7}`, undefined, 7],
    ['a time that is over', '1000000000', undefined, 0],
    ['more seconds than a day, and none since 1970', '999999999', undefined, undefined],
    ['the first millisecond that is one', '1000000000000', undefined, 0],
    ['a day from now', `${now + 86_400}`, undefined, 86_400_000],
    ['more than a day from now', `${now + 86_401}`, undefined, undefined],
    ['a time by the server’s clock', `${now + 7}`, new Date((now - 3) * 1000).toUTCString(), 10_000],
    ['a time by no clock of the server', `${now + 7}`, 'today', 7000],
    ['words and a number', `about ${now}`, undefined, undefined],
    ['a number and words', `${now} or so`, undefined, undefined],
  ])('reset at %s', (_, reset, date, milliseconds) => {
    const headers = { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': reset, ...(date !== undefined && { date }) }
    expect(told(headers, clock)).toEqual({ remaining: 0, reset: milliseconds })
  })
})

describe('a server that refuses', () => {
  const refusal = (retryAfter?: number): Outcome =>
    Object.assign(new Failure('rate', 'STATUS_429', 'test', 'no'), retryAfter === undefined ? {} : { retryAfter })

  it.each<[string, number | undefined, Told | undefined, number | undefined]>([
    ['for as long as it says', 3000, undefined, 3000],
    ['for as long as it says, whatever else it tells', 3000, { remaining: 0, reset: 7000 }, 3000],
    ['until it takes more', undefined, { remaining: 0, reset: 7000 }, 7000],
    ['for another reason than that none are left', undefined, { remaining: 1, reset: 7000 }, undefined],
    ['for a whole day', 86_400_000, undefined, 86_400_000],
    ['for more than a day, which nobody believes', 86_400_001, undefined, undefined],
    ['for no time at all', 0, undefined, 0],
    ['for less than no time', -1, undefined, undefined],
    ['without a word', undefined, undefined, undefined],
  ])('does so %s', (_, retryAfter, said, wait) => {
    expect(asked(refusal(retryAfter), said)).toBe(wait)
  })
})
