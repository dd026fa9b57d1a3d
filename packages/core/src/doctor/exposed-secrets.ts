import type { Secret } from '../secret.ts'
import type { CommandLine } from './command-lines.ts'
import { type Finding, findings } from './findings.ts'

const says = findings('runtime', {
  exposed: [
    'warn',
    [
      '{what} stands on the command line of {whose}, where everybody on this machine can read it (ps)',
      '{whatZh} 出现在{whoseZh}的命令行中，本机所有用户都能看到（ps）',
    ],
    ['{cure}', '{cureZh}'],
  ],
})

/** Options and parameters of URLs whose value is a secret, by their names. */
const telling = /(secret|token|passw(or)?d|passphrase|credentials?|(secret|api|access|private|auth)[-_]?key)$/i

/** Characters below which a secret may stand in any text. */
const least = 8

/** Secrets that were given on a command line. Names what holds one, and never shows a value. */
export function exposedSecrets(lines: readonly CommandLine[], secrets: readonly Secret[]): Finding[] {
  const told = new Map<string, Finding>()
  for (const { distance, words } of lines)
    for (const [nth, word] of words.entries())
      for (const [name, kind] of namesIn(word, words[nth + 1], secrets)) {
        const finding = says.exposed({ ...whose[distance === 0 ? 'own' : 'other'], ...kinds[kind](name) })
        if (!told.has(name)) told.set(name, finding)
      }
  return [...told.values()]
}

type Kind = keyof typeof kinds

function namesIn(word: string, next: string | undefined, secrets: readonly Secret[]): [string, Kind][] {
  const known = secrets.find((secret) => secret.reveal().length >= least && word.includes(secret.reveal()))
  if (known !== undefined) return [[known.name, 'variable']]
  const [name = '', value] = word.split('=', 2)
  if (name.startsWith('-') && telling.test(name) && (value ?? next ?? '-').search(/^(?!-)./) === 0)
    return [[name, 'option']]
  const url = URL.parse(value !== undefined && URL.canParse(value) ? word.slice(name.length + 1) : word)
  if (url === null || !url.host) return []
  if (url.password !== '') return [[url.host, 'url']]
  return [...url.searchParams.keys()].filter((key) => telling.test(key)).map((key) => [key, 'parameter'])
}

const whose = {
  own: { whose: 'this process', whoseZh: '本进程' },
  other: { whose: 'the process that started this one', whoseZh: '启动本进程的进程' },
} as const

const elsewhere = {
  cure: 'Give it by a variable of the environment, or a file of mode 600; and change it, if others use this machine.',
  cureZh: '请改用环境变量，或权限为 600 的文件；若他人也使用本机，请更换该密钥。',
} as const

const kinds = {
  variable: (name: string) => ({
    what: `the value of ${name}`,
    whatZh: `${name} 的值`,
    cure: `read -rs ${name} && export ${name}`,
    cureZh: `read -rs ${name} && export ${name}`,
  }),
  option: (name: string) => ({ what: `a secret (${name})`, whatZh: `密钥（${name}）`, ...elsewhere }),
  parameter: (name: string) => ({
    what: `a secret (${name} of a URL)`,
    whatZh: `密钥（URL 的 ${name}）`,
    ...elsewhere,
  }),
  url: (host: string) => ({
    what: `the password of a URL (${host})`,
    whatZh: `URL 中的密码（${host}）`,
    cure: 'Put the URL into a variable of the environment: for a proxy HTTPS_PROXY, and --proxy env.',
    cureZh: '请将该 URL 放入环境变量：代理用 HTTPS_PROXY 与 --proxy env。',
  }),
} as const
