/** Every sentence of every check, in both languages, as a terminal of 80 columns shows it. */
import { checkLines, type Finding } from '@penstock/core/doctor'
import stringWidth from 'string-width'
import { describe, expect, it, vi } from 'vitest'
import { baiduChecks } from '../../packages/ocr/src/doctor/baidu-checks.ts'

type Told = { readonly id: string; readonly finding: Finding }

const all = vi.hoisted(() => [] as Told[])

// the tables are private to their checks: they are read while they are declared
vi.mock(import('../../packages/core/src/doctor/findings.ts'), async (original) => {
  const real = await original()
  const findings: typeof real.findings = (check, table) => {
    const made = real.findings(check, table)
    for (const name in table) {
      const text = JSON.stringify(table[name])
      const facts = Object.fromEntries(
        Array.from(text.matchAll(/\{(\w+)(?::ms)?\}/g), ([, fact = '']) => [fact, likely(fact)]),
      )
      all.push({ id: `${check}.${name}`, finding: made[name](facts) })
    }
    return made
  }
  return { ...real, findings }
})

/** Long ones, as they come. */
const likely = vi.hoisted(() => {
  const names: Readonly<Record<string, string | number>> = {
    host: 'ocr-api.cn-hangzhou.aliyuncs.com',
    addresses: '2408:4003:10af:300:d1a4:ba5:c4e1:5cbe, 180.97.34.94',
    issuer: 'C=US, O=DigiCert Inc, OU=www.digicert.com, CN=DigiCert Global Root G2',
    subject: 'C=CN, ST=beijing, L=beijing, O=Beijing Baidu Netcom Science Technology Co., CN=baidu.com',
    names: 'DNS:baidu.com, DNS:*.baidubce.com, DNS:*.bce.baidu.com, DNS:aip.baidubce.com',
    path: '/home/somebody/.config/penstock/config.json',
    proxy: 'http://proxy.internal.example.com:3128',
    en: 'the server closed the connection before it answered anything at all',
    zh: '服务器在应答之前关闭了连接，没有发送任何内容，请稍后重试或联系服务方',
    by: ' -proxy proxy.internal.example.com:3128',
    port: 443,
  }
  return (fact: string) => names[fact] ?? (/zh$/i.test(fact) ? '某个较长的中文说明文字，用于测试' : 'word')
})

const lines = ({ id, finding }: Told, lang: 'en' | 'zh', columns: number) =>
  checkLines(
    { id: id.replace(/\..*/, ''), status: finding.status, findings: [finding], took: 1234 },
    { lang, columns },
  ).split('\n')

/** Copied and run, so in one line. */
const isCommand = (line: string, { finding: { fix } }: Told) =>
  fix !== undefined && fix.en === fix.zh && line.endsWith(fix.en)

describe('the sentences of the checks', () => {
  it('are all looked at', () => {
    expect(new Set(all.map(({ id }) => id.split('.')[0]))).toEqual(
      new Set([...baiduChecks().map(({ id }) => id), 'doctor']),
    )
    expect(all.length).toBeGreaterThan(130)
  })

  it.each(['en', 'zh'] as const)('keep to 80 columns in %s, commands aside', (lang) => {
    const wide = all.flatMap((told) =>
      lines(told, lang, 80).filter((line) => stringWidth(line) > 80 && !isCommand(line, told)),
    )
    expect(wide).toEqual([])
  })

  it('leave no Chinese punctuation at the beginning of a line', () => {
    const odd = all.flatMap((told) =>
      lines(told, 'zh', 80).filter((line) => /^\s*[，。；：、！？）》」』”]/.test(line)),
    )
    expect(odd).toEqual([])
  })

  it('lose no word to the end of a line', () => {
    for (const told of all)
      for (const lang of ['en', 'zh'] as const) {
        const { finding } = told
        const shown = lines(told, lang, 80).join('').replaceAll(/\s/g, '')
        for (const text of [finding[lang], finding.fix?.[lang] ?? ''])
          expect(shown.replace(/1\.2s/, '')).toContain(text.replaceAll(/\s/g, ''))
      }
  })

  it('are Chinese in zh, and nowhere else', () => {
    const han = /\p{Script=Han}/u
    const plain = new Set(['http.answers', 'runtime.versions'])
    const foreign = all.filter(({ id, finding: { zh, fix } }) => {
      const translated = fix === undefined || fix.en === fix.zh || han.test(fix.zh)
      return (!han.test(zh) && !plain.has(id)) || !translated
    })
    const mixed = all.filter(({ finding: { en, fix } }) => han.test(en + (fix?.en ?? '')))
    expect([foreign, mixed]).toEqual([[], []])
  })

  it('use the punctuation of their language', () => {
    const latin = all.filter(({ finding: { zh } }) => /\p{Script=Han}[,;:!?]|[,;!?]\s?\p{Script=Han}/u.test(zh))
    const cjk = all.filter(({ finding: { en, fix } }) => /[，。；：！？（）]/.test(en + (fix?.en ?? '')))
    expect([latin.map(({ finding }) => finding.zh), cjk]).toEqual([[], []])
  })

  it('offer a way out of whatever failed', () => {
    const without = all.filter(({ finding: { status, fix } }) => (status === 'fail' || status === 'warn') && !fix)
    expect(without.map(({ id }) => id)).toEqual([])
  })
})
