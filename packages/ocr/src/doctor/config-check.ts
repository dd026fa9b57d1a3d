import { type Check, type Finding, findings } from '@penstock/core/doctor'
import { configFile, known } from './key-source.ts'
import { nearest } from './nearest.ts'

const says = findings('config', {
  environment: [
    'ok',
    ['keys come from BAIDU_API_KEY and BAIDU_SECRET_KEY', '密钥来自 BAIDU_API_KEY 与 BAIDU_SECRET_KEY'],
  ],
  file: ['ok', ['keys come from {path}', '密钥来自 {path}']],
  both: [
    'warn',
    [
      'keys stand in the environment and in {path}: the environment wins',
      '环境变量与 {path} 中都有密钥：以环境变量为准',
    ],
    [
      'Keep one: unset BAIDU_API_KEY BAIDU_SECRET_KEY, or delete the file',
      '只保留一处：unset BAIDU_API_KEY BAIDU_SECRET_KEY，或删除该文件',
    ],
  ],
  half: [
    'fail',
    ['{have} is set, and {lack} is not', '已设置 {have}，但缺少 {lack}'],
    [
      "export {lack}='…' (from the console, of the same application)",
      "export {lack}='…'（从控制台获取，须属于同一应用）",
    ],
  ],
  none: [
    'warn',
    [
      'no keys, neither in the environment nor in {path}: recognize uses the emulator',
      '环境变量与 {path} 中都没有密钥：recognize 将使用模拟器',
    ],
    ["export BAIDU_API_KEY='…' BAIDU_SECRET_KEY='…'", "export BAIDU_API_KEY='…' BAIDU_SECRET_KEY='…'"],
  ],
  notJson: [
    'fail',
    ['{path} is not a JSON object', '{path} 不是 JSON 对象'],
    [
      `echo '{"baidu":{"apiKey":"…","secretKey":"…"}}' > {path}`,
      `echo '{"baidu":{"apiKey":"…","secretKey":"…"}}' > {path}`,
    ],
  ],
  unreadable: ['fail', ['{path} cannot be read', '{path} 无法读取'], ['chmod 600 {path}', 'chmod 600 {path}']],
  exposed: ['fail', ['{path} can be read by others', '{path} 可被他人读取'], ['chmod 600 {path}', 'chmod 600 {path}']],
  unknown: [
    'warn',
    ['{path} holds {key}, which nothing reads', '{path} 中的 {key} 不会被读取'],
    ['{guess}', '{guessZh}'],
  ],
})

/** Where the keys come from, and what the file holds besides. */
export const configCheck: Check = {
  id: 'config',
  about: { en: 'where the keys come from', zh: '密钥来源与配置文件' },
  needs: [],
  online: false,
  run({ env }) {
    const file = configFile(env)
    const { path } = file
    const inEnv = Boolean(env['BAIDU_API_KEY'] || env['BAIDU_SECRET_KEY'])
    const inFile = Boolean(file.apiKey || file.secretKey)
    return [
      ...(inEnv ? halves('BAIDU_API_KEY', env['BAIDU_API_KEY'], 'BAIDU_SECRET_KEY', env['BAIDU_SECRET_KEY']) : []),
      ...(!inEnv && inFile ? halves('baidu.apiKey', file.apiKey, 'baidu.secretKey', file.secretKey) : []),
      ...(inEnv
        ? [inFile ? says.both({ path }) : says.environment()]
        : [inFile ? says.file({ path }) : says.none({ path })]),
      ...(file.state === 'not-json' ? [says.notJson({ path })] : []),
      ...(file.state === 'unreadable' ? [says.unreadable({ path })] : []),
      ...(file.exposed ? [says.exposed({ path })] : []),
      ...file.unknown.map((key) => says.unknown({ path, key, ...guessed(key) })),
    ]
  },
}

function halves(one: string, first: string | undefined, other: string, second: string | undefined): Finding[] {
  if (first && second) return []
  return [first ? says.half({ have: one, lack: other }) : says.half({ have: other, lack: one })]
}

function guessed(key: string) {
  const near = nearest(key.replace(/^baidu\./, ''), ['baidu', ...known])
  if (near === undefined) return { guess: 'Take it out.', guessZh: '请删除。' }
  const name = near === 'baidu' ? near : `baidu.${near}`
  return { guess: `Did you mean ${name}?`, guessZh: `是否想写 ${name}？` }
}
