/** How checks are run, whatever they look at; and how their results are told. */
import { type Check, type CheckResult, checkLines, doctor, type DoctorOptions, findings } from '@penstock/core/doctor'
import { virtualClock } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { gist } from './examined.ts'

const says = findings('made', {
  good: ['ok', ['all {what} well', '一切{what}正常']],
  bad: ['fail', ['{what} is broken', '{what}坏了'], ['Mend {what}.', '请修理{what}。']],
  odd: ['warn', ['{what} is odd', '{what}可疑'], ['mend --now', 'mend --now']],
})

const check = (id: string, run: Check['run'], needs: readonly string[] = [], online = false): Check => ({
  id,
  about: { en: id, zh: id },
  needs,
  online,
  run,
})

const origin = 'https://api.example.com'

async function all(checks: readonly Check[], options: Partial<DoctorOptions> = {}): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  for await (const result of doctor({ origin, checks, ...options })) results.push(result)
  return results
}

describe('doctor()', () => {
  it('leaves out all that depends on a failed check, and names that one', async () => {
    const results = await all([
      check('a', () => [says.bad({ what: 'a' })]),
      check('b', () => [says.good()], ['a']),
      check('c', () => [says.good()], ['b']),
      check('d', () => [says.odd(), says.good()]),
      check('e', () => [says.good()], ['d']),
    ])
    expect(gist(results)).toEqual([
      'a fail made.bad',
      'b skip because of a',
      'c skip because of a',
      'd warn made.odd made.good',
      'e ok made.good',
    ])
    expect(results[2]).toEqual({
      id: 'c',
      status: 'skip',
      because: 'a',
      findings: [
        {
          id: 'doctor.because',
          status: 'skip',
          en: 'skipped: a failed',
          zh: '已跳过：a 未通过',
          facts: { check: 'a' },
        },
      ],
      took: 0,
    })
  })

  it('tells a check that breaks as a result, without its message, and goes on', async () => {
    const results = await all([
      check('a', () => {
        throw new TypeError('of hunter2')
      }),
      check('b', async () => Promise.reject(Object.assign(new Error('x'), { code: 'EODD' }))),
      check('c', () => [says.good()], ['a']),
      check('d', () => [says.good()]),
    ])
    expect(gist(results)).toEqual([
      'a crash doctor.crashed',
      'b crash doctor.crashed',
      'c skip because of a',
      'd ok made.good',
    ])
    expect(results[0]?.findings[0]?.en).toMatch(/^the check itself broke: TypeError at doctor\.test\.ts:\d+:\d+$/)
    expect(results[1]?.findings[0]?.en).toMatch(/^the check itself broke: Error EODD/)
    expect(JSON.stringify(results)).not.toContain('hunter2')
  })

  it('ends a check after 5 s, and tells of it after 3', async () => {
    const clock = virtualClock()
    const told: string[] = []
    const aborted: boolean[] = []
    const hanging = check('a', ({ signal }) => {
      signal.addEventListener('abort', () => aborted.push(true))
      return new Promise(() => {})
    })
    const running = all([hanging, check('b', () => [says.good()])], { clock, onSlow: (id) => told.push(id) })
    await clock.advance(2999)
    expect(told).toEqual([])
    await clock.advance(1)
    expect(told).toEqual(['a'])
    await clock.advance(2000)

    expect(gist(await running)).toEqual(['a fail doctor.late', 'b ok made.good'])
    expect([told, aborted, clock.timers]).toEqual([['a'], [true], 0])
  })

  it('hands on what a check has learned', async () => {
    const learned = { addresses: [{ address: '192.0.2.1', family: 4 }] }
    const seen: unknown[] = []
    await all([
      check('a', () => ({ findings: [], learned })),
      check('b', (scene) => {
        seen.push(scene.learned)
        return []
      }),
    ])
    expect(seen).toEqual([learned])
  })

  it('runs what is asked for and what it needs, in its order', async () => {
    const checks = [
      check('a', () => []),
      check('b', () => []),
      check('c', () => [], ['a']),
      check('d', () => [], ['c']),
    ]
    expect((await all(checks, { only: ['d'] })).map(({ id }) => id)).toEqual(['a', 'c', 'd'])
    await expect(all(checks, { only: ['x'] })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(/no check x; there are a, b, c, d/),
    })
  })

  it('does not speak to the network when it is told so', async () => {
    const checks = [check('a', () => [says.good()]), check('b', () => [says.good()], [], true)]
    expect(gist(await all(checks, { offline: true }))).toEqual(['a ok made.good', 'b skip doctor.offline'])
  })

  it.each(['nonsense', 'ftp://a.example', '', 'file:///etc/passwd'])('refuses the origin %j', async (odd) => {
    await expect(all([], { origin: odd })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('refuses authorities that OpenSSL cannot use', async () => {
    await expect(all([], { tls: { ca: 'no PEM', cert: 'none' } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' })
  })

  it('ends with the caller’s own reason, also in the middle of a check, and leaves no timer', async () => {
    const clock = virtualClock()
    const controller = new AbortController()
    const reason = new Error('enough')
    const running = all([check('a', () => new Promise(() => {}))], { clock, signal: controller.signal })
    const ended = running.catch((error: unknown) => error)
    await clock.advance(10)
    controller.abort(reason)
    expect(await ended).toBe(reason)
    await expect(all([check('a', () => [])], { signal: controller.signal })).rejects.toBe(reason)
    expect(clock.timers).toBe(0)
  })
})

describe('checkLines()', () => {
  const result: CheckResult = {
    id: 'made',
    status: 'fail',
    findings: [says.good({ what: 'is' }), says.bad({ what: 'one'.repeat(3) }), says.odd({ what: 'x' })],
    took: 12.4,
  }

  it('tells each finding in a line, and what to do below it', () => {
    expect(checkLines(result, { columns: 60 })).toBe(
      [
        '  ✓ made         all is well                           12 ms',
        '  ✗              oneoneone is broken',
        '                 fix  Mend oneoneone.',
        '  !              x is odd',
        '                 fix  mend --now',
      ].join('\n'),
    )
    expect(checkLines({ ...result, took: 0 }, { lang: 'zh' })).toBe(
      [
        '  ✓ made         一切is正常',
        '  ✗              oneoneone坏了',
        '                 处理  请修理oneoneone。',
        '  !              x可疑',
        '                 处理  mend --now',
      ].join('\n'),
    )
  })

  it('keeps to its columns, but for commands, and paints for who asks', () => {
    const long = findings('made', { bad: ['fail', ['{text}', '{text}'], ['run {text}', 'run {text}']] }).bad({
      text: 'word '.repeat(30).trim(),
    })
    const lines = checkLines({ id: 'made', status: 'fail', findings: [long], took: 0 }, { columns: 50 }).split('\n')
    expect(lines.slice(0, -1).every((line) => line.length <= 50)).toBe(true)
    expect(lines.at(-1)).toBe(`                 fix  run ${'word '.repeat(30).trim()}`)
    expect(checkLines(result, { paint: (style, text) => `<${style} ${text}>` })).toMatch(
      /^ {2}<green ✓> <bold made +>all is well<dim +12 ms>\n {2}<red ✗>/,
    )
  })
})
