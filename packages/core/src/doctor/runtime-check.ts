import { accessSync, constants } from 'node:fs'
import tls from 'node:tls'
import type { Check, Scene } from './check.ts'
import { copiesOf } from './copies-of.ts'
import { exposedSecrets } from './exposed-secrets.ts'
import { type Finding, findings } from './findings.ts'

const says = findings('runtime', {
  versions: ['ok', ['Node {node}, OpenSSL {openssl}, {libraries}', 'Node {node}，OpenSSL {openssl}，{libraries}']],
  oldNode: [
    'fail',
    ['Node {node} is too old: 22.19 is the least', 'Node {node} 过旧：最低要求 22.19'],
    ['nvm install 24', 'nvm install 24'],
  ],
  copies: [
    'warn',
    [
      '{count} versions of {library} are installed ({versions}): options and errors of one mean nothing to the other',
      '安装了 {count} 个版本的 {library}（{versions}）：彼此的选项与错误互不相通',
    ],
    ['npm dedupe {library}', 'npm dedupe {library}'],
  ],
  unverified: [
    'fail',
    [
      'NODE_TLS_REJECT_UNAUTHORIZED=0: every other client in this process takes any certificate (Penstock verifies all the same)',
      'NODE_TLS_REJECT_UNAUTHORIZED=0：本进程中的其他客户端会接受任何证书（Penstock 仍然校验）',
    ],
    [
      'Take it out: unset NODE_TLS_REJECT_UNAUTHORIZED. A private authority is trusted by NODE_EXTRA_CA_CERTS=ca.pem or tls({ ca }).',
      '请移除：unset NODE_TLS_REJECT_UNAUTHORIZED。私有 CA 用 NODE_EXTRA_CA_CERTS=ca.pem 或 tls({ ca }) 信任。',
    ],
  ],
  extraCa: ['ok', ['NODE_EXTRA_CA_CERTS adds {count} authorities', 'NODE_EXTRA_CA_CERTS 追加了 {count} 个 CA']],
  noExtraCa: [
    'fail',
    [
      'NODE_EXTRA_CA_CERTS names a file that cannot be used: Node goes on without it and only warns',
      'NODE_EXTRA_CA_CERTS 指向的文件不可用：Node 只给出警告并忽略它',
    ],
    [
      'Give the path of a readable PEM file, and start the process anew: it is read once.',
      '请给出可读的 PEM 文件路径，并重启进程：该文件只读取一次。',
    ],
  ],
  option: [
    'warn',
    ['NODE_OPTIONS holds {option}: {effect}', 'NODE_OPTIONS 含 {option}：{effectZh}'],
    ['Take it out of NODE_OPTIONS unless it is meant.', '若非有意，请从 NODE_OPTIONS 中移除。'],
  ],
})

/** What of NODE_OPTIONS bears on calls. */
const telling: Readonly<Record<string, readonly [en: string, zh: string]>> = {
  '--use-openssl-ca': ['OpenSSL’s CA store', 'OpenSSL 的 CA 库'],
  '--openssl-legacy-provider': ['legacy ciphers', '旧式加密算法'],
  '--tls-min-v1.0': ['TLS 1.0', '启用 TLS 1.0'],
  '--tls-min-v1.1': ['TLS 1.1', '启用 TLS 1.1'],
  '--tls-keylog': ['TLS keys → file', 'TLS 密钥写入文件'],
  '--insecure-http-parser': ['lenient HTTP parser', '宽松的 HTTP 解析'],
  '--max-http-header-size': ['header limit', '响应头上限'],
  '--dns-result-order': ['address order', '地址顺序'],
  '--no-network-family-autoselection': ['no Happy Eyeballs', '关闭 Happy Eyeballs'],
}

/** Node, its libraries, and what the environment makes of them. */
export const runtimeCheck: Check = {
  id: 'runtime',
  about: {
    en: 'Node, HTTP libraries, NODE_… variables, secrets in ps',
    zh: 'Node、HTTP 库、NODE_… 环境变量、命令行中的密钥',
  },
  needs: [],
  online: false,
  run: (scene) => [
    ...versions(scene),
    ...(scene.env['NODE_TLS_REJECT_UNAUTHORIZED'] === '0' ? [says.unverified()] : []),
    ...extraCa(scene),
    ...options(scene),
    ...exposedSecrets(scene.commands(), scene.secrets),
  ],
}

function versions({ cwd, versions: { node = '?', openssl = '?' } }: Scene): Finding[] {
  const found = (['got', 'undici'] as const).map((library) => ({ library, copies: copiesOf(library, cwd) }))
  const libraries = found.map(({ library, copies }) => `${library} ${copies[0] ?? '–'}`).join(', ')
  const [major = 0, minor = 0] = node.split('.').map(Number)
  return [
    major < 22 || (major === 22 && minor < 19) ? says.oldNode({ node }) : says.versions({ node, openssl, libraries }),
    ...found
      .filter(({ copies }) => copies.length > 1)
      .map(({ library, copies }) => says.copies({ library, count: copies.length, versions: copies.join(', ') })),
  ]
}

function extraCa({ env: { NODE_EXTRA_CA_CERTS: file } }: Scene): Finding[] {
  if (!file) return []
  try {
    accessSync(file, constants.R_OK)
  } catch {
    return [says.noExtraCa()]
  }
  // of this process, which read the file when it began
  const count = file === process.env['NODE_EXTRA_CA_CERTS'] ? tls.getCACertificates('extra').length : undefined
  return [count === 0 ? says.noExtraCa() : says.extraCa({ count: count ?? '?' })]
}

function options({ env: { NODE_OPTIONS = '' } }: Scene): Finding[] {
  return NODE_OPTIONS.split(/\s+/).flatMap((word) => {
    const [option = ''] = word.split('=')
    const effect = telling[option]
    return effect === undefined ? [] : [says.option({ option, effect: effect[0], effectZh: effect[1] })]
  })
}
