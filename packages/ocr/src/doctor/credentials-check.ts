import { type Facts, Secret } from '@penstock/core'
import { type Check, type Finding, findings } from '@penstock/core/doctor'
import { configPath, foundKeys, type FoundKey } from './key-source.ts'
import { type KeyFlaw, keyFlaws } from './key-flaws.ts'

const clean = ['{clean}', '{clean}'] as const

const says = findings('credentials', {
  good: ['ok', ['{apiKey}, {secretKey}: nothing pasted along', '{apiKey}、{secretKey}：没有混入多余字符']],
  none: ['skip', ['there are no keys to look at', '没有可检查的密钥']],
  'line-break': [
    'fail',
    [
      '{name} holds a line break (byte {byte} of {length}, {shown})',
      '{name} 含换行符（第 {byte} 字节，共 {length} 字节，{shown}）',
    ],
    clean,
  ],
  space: [
    'fail',
    [
      '{name} holds a space (byte {byte} of {length}, {shown})',
      '{name} 含空白字符（第 {byte} 字节，共 {length} 字节，{shown}）',
    ],
    clean,
  ],
  bom: [
    'fail',
    ['{name} holds a byte order mark (byte {byte}, {shown})', '{name} 含 BOM（第 {byte} 字节，{shown}）'],
    clean,
  ],
  'zero-width': [
    'fail',
    ['{name} holds a character without width (byte {byte}, {shown})', '{name} 含零宽字符（第 {byte} 字节，{shown}）'],
    clean,
  ],
  'full-width': [
    'fail',
    ['{name} holds a full-width character (byte {byte}, {shown})', '{name} 含全角字符（第 {byte} 字节，{shown}）'],
    ['Switch the input method off, and copy it from the console again.', '请关闭中文输入法，从控制台重新复制。'],
  ],
  'not-ascii': [
    'fail',
    [
      '{name} holds a character that no key has (byte {byte}, {shown})',
      '{name} 含密钥中不会出现的字符（第 {byte} 字节，{shown}）',
    ],
    ['Copy it from the console again.', '请从控制台重新复制。'],
  ],
  quotes: ['fail', ['{name} holds the quotation marks around it', '{name} 把引号也包含在内'], clean],
  assignment: [
    'fail',
    ['{name} holds its own name: a line of a script was pasted whole', '{name} 包含了变量名：整行脚本被粘贴进来'],
    ['Keep what stands behind the = sign.', '只保留等号后面的内容。'],
  ],
  placeholder: [
    'fail',
    ['{name} is the placeholder of a sample, not a key', '{name} 是示例中的占位文字，不是密钥'],
    [
      'Copy the key from the console: https://console.bce.baidu.com/ai/',
      '请从控制台复制密钥：https://console.bce.baidu.com/ai/',
    ],
  ],
  same: [
    'fail',
    ['both keys are the same', '两个密钥相同'],
    [
      'Copy API Key and Secret Key again, each into its own variable.',
      '请重新复制 API Key 与 Secret Key，分别填入各自的变量。',
    ],
  ],
  swapped: [
    'fail',
    [
      'the two keys are swapped: the API key has {apiLength} characters and the secret key {secretLength}, and it should be 24 and 32',
      '两个密钥填反了：API Key 有 {apiLength} 个字符，Secret Key 有 {secretLength} 个，应为 24 与 32',
    ],
    ['Put each into the place of the other.', '请将两者对调。'],
  ],
  iam: [
    'fail',
    [
      'the API key begins with ALTAK: it is one of IAM, and no token is had for it',
      'API Key 以 ALTAK 开头：属于 IAM 密钥，不能换取 token',
    ],
    [
      'Copy the keys of an OCR application: https://console.bce.baidu.com/ai/#/ai/ocr/app/list',
      '请复制文字识别应用的密钥：https://console.bce.baidu.com/ai/#/ai/ocr/app/list',
    ],
  ],
  length: [
    'warn',
    [
      '{name} has {length} characters, where {due} are usual: part of it may be missing',
      '{name} 有 {length} 个字符，通常为 {due} 个：可能复制不完整',
    ],
    ['Compare it with the console.', '请与控制台核对。'],
  ],
})

const usual = { apiKey: 24, secretKey: 32 } as const

/** What people paste along with a key. Shows fingerprints and positions, never a character of it. */
export const credentialsCheck: Check = {
  id: 'credentials',
  about: { en: 'what was pasted along with the keys', zh: '密钥中混入的多余字符' },
  needs: [],
  online: false,
  run({ env }) {
    const { apiKey, secretKey } = foundKeys(env)
    if (apiKey === undefined || secretKey === undefined) return [says.none()]
    const file = configPath(env)
    const flaws = [...flawed('BAIDU_API_KEY', apiKey, file), ...flawed('BAIDU_SECRET_KEY', secretKey, file)]
    if (flaws.length > 0) return flaws
    const pair = paired(apiKey.value, secretKey.value)
    if (pair.some(({ status }) => status === 'fail')) return pair
    const shown = {
      apiKey: String(new Secret('api_key', apiKey.value)),
      secretKey: String(new Secret('secret_key', secretKey.value)),
    }
    return [says.good(shown), ...pair]
  },
}

function flawed(variable: string, { value, from }: FoundKey, file: string): Finding[] {
  const name = from === 'environment' ? variable : variable === 'BAIDU_API_KEY' ? 'baidu.apiKey' : 'baidu.secretKey'
  const length = Buffer.byteLength(value)
  return keyFlaws(value).map((flaw) =>
    says[flaw.kind]({ name, length, ...cleaned(flaw, variable, from, file), ...place(flaw) }),
  )
}

const place = ({ byte, shown }: KeyFlaw): Facts => ({ byte, shown })

function cleaned({ kind }: KeyFlaw, variable: string, from: FoundKey['from'], file: string): Facts {
  if (from === 'file') return { clean: `$EDITOR ${file}` }
  const also = kind === 'quotes' ? ` | tr -d "\\"'\`"` : ''
  return { clean: `export ${variable}="$(printf %s "$${variable}" | LC_ALL=C tr -cd '!-~'${also})"` }
}

function paired(apiKey: string, secretKey: string): Finding[] {
  if (apiKey === secretKey) return [says.same()]
  if (/ALTAK/.test(apiKey)) return [says.iam()]
  const lengths = { apiLength: apiKey.length, secretLength: secretKey.length }
  if (apiKey.length === usual.secretKey && secretKey.length === usual.apiKey) return [says.swapped(lengths)]
  return [
    ...(apiKey.length === usual.apiKey
      ? []
      : [says.length({ name: 'BAIDU_API_KEY', length: apiKey.length, due: usual.apiKey })]),
    ...(secretKey.length === usual.secretKey
      ? []
      : [says.length({ name: 'BAIDU_SECRET_KEY', length: secretKey.length, due: usual.secretKey })]),
  ]
}
