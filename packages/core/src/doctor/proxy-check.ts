import type { Check, Scene } from './check.ts'
import { askProxy } from './ask-proxy.ts'
import { type Finding, findings } from './findings.ts'
import { proxySays } from './proxy-findings.ts'
import { type ProxyVariable, proxyVariable } from './proxy-variable.ts'
import { usedProxy } from './used-proxy.ts'

const says = findings('proxy', {
  none: ['ok', ['no proxy variable is set: calls go straight', '未设置代理变量：直接连接']],
  excepted: [
    'ok',
    [
      '{variable} is set, and NO_PROXY excepts {host}: calls go straight',
      '已设置 {variable}，但 NO_PROXY 排除了 {host}：直接连接',
    ],
  ],
  set: [
    'warn',
    [
      '{variable} names {proxy}, which tunnels to {host}. Penstock, and own agents of got or undici, do not read it and go straight; fetch, undici’s global dispatcher and Node’s own agent {node}; curl goes through it',
      '{variable} 指向 {proxy}，可建立到 {host} 的隧道。Penstock 以及 got、undici 的自建 agent 不读取它，直接连接；fetch、undici 全局 dispatcher 与 Node 默认 agent {nodeZh}；curl 会经由它',
    ],
    [
      'To go through it put proxyFromEnv() into the stack; to go straight, nothing.',
      '若要经由代理，请在栈中加入 proxyFromEnv()；若要直连，无需处理。',
    ],
  ],
  auth: [
    'fail',
    ['the proxy of {variable}, {proxy}, answers 407: it {given}', '{variable} 指向的代理 {proxy} 返回 407：{givenZh}'],
    [
      "{variable}='http://USER:PASSWORD@{proxyHost}' (percent-encode what is special), with proxyFromEnv() in the stack",
      "{variable}='http://USER:PASSWORD@{proxyHost}'（特殊字符用百分号编码），并在栈中加入 proxyFromEnv()",
    ],
  ],
  refused: [
    'fail',
    [
      'the proxy of {variable}, {proxy}, answers {status} and makes no tunnel to {host}',
      '{variable} 指向的代理 {proxy} 返回 {status}，未建立到 {host} 的隧道',
    ],
    [
      'Have {host} allowed on the proxy, or except it: NO_PROXY={host}',
      '请在代理上放行 {host}，或排除它：NO_PROXY={host}',
    ],
  ],
  dead: [
    'fail',
    [
      'nobody answers as a proxy at {proxy}, which {variable} names ({code}): what follows the variable fails',
      '{variable} 指向的 {proxy} 没有代理应答（{code}）：遵循该变量的程序都会失败',
    ],
    ['unset {variable}, or start the proxy', 'unset {variable}，或启动该代理'],
  ],
  unknown: [
    'warn',
    [
      '{variable} names a {scheme} proxy: neither Penstock nor Node go through one',
      '{variable} 指向 {scheme} 代理：Penstock 与 Node 均不支持',
    ],
    [
      'Give the http port of that proxy: {variable}=http://HOST:PORT',
      '请改用该代理的 http 端口：{variable}=http://HOST:PORT',
    ],
  ],
  noUrl: [
    'fail',
    ['the value of {variable} is no URL', '{variable} 的值不是 URL'],
    ['{variable}=http://HOST:PORT, or unset {variable}', '{variable}=http://HOST:PORT，或 unset {variable}'],
  ],
})

/** What the proxy variables say, what each client makes of them, and whether somebody answers there. */
export const proxyCheck: Check = {
  id: 'proxy',
  about: { en: 'proxy variables, and what each client makes of them', zh: '代理变量及各客户端的处理方式' },
  needs: [],
  online: true,
  async run(scene) {
    const { origin, env, wire, routed, unusable } = scene
    if (unusable !== undefined) return [proxySays.unusable({ en: unusable.message, zh: unusable.zh.message })]
    if (wire.proxy !== undefined) return [await usedProxy(wire.proxy, scene)]
    const found = proxyVariable(origin, env)
    if (found === undefined) return [says.none()]
    const { variable, url, excepted } = found
    if (excepted || routed) return [says.excepted({ variable, host: origin.hostname })]
    if (url === undefined) return [says.noUrl({ variable })]
    if (!/^https?:$/.test(url.protocol)) return [says.unknown({ variable, scheme: url.protocol.slice(0, -1) })]
    return { findings: [await asked({ ...found, url }, scene)], learned: { proxyVariable: variable } }
  },
}

async function asked(
  { variable, url, authorization }: ProxyVariable & { readonly url: URL },
  { origin, env, clock, signal }: Scene,
): Promise<Finding> {
  const told = { variable, proxy: url.origin, proxyHost: url.host, host: origin.hostname }
  const proxy = { origin: url.origin, ...(authorization && { authorization }) }
  const answer = await askProxy(proxy, origin, clock, signal)
  if ('code' in answer) return says.dead({ ...told, code: answer.code })
  const { status } = answer
  if (status === 407)
    return authorization === undefined
      ? says.auth({ ...told, given: 'wants a user and a password', givenZh: '需要用户名与密码' })
      : says.auth({ ...told, given: 'does not take the password it was given', givenZh: '不接受所给的密码' })
  if (origin.protocol === 'https:' && (status < 200 || status > 299)) return says.refused({ ...told, status })
  const follows = env['NODE_USE_ENV_PROXY'] === '1'
  return says.set({
    ...told,
    node: follows ? 'follow it (NODE_USE_ENV_PROXY=1)' : 'follow it only with NODE_USE_ENV_PROXY=1',
    nodeZh: follows ? '会遵循它（NODE_USE_ENV_PROXY=1）' : '仅在 NODE_USE_ENV_PROXY=1 时遵循它',
  })
}
