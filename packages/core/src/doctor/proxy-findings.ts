import { findings } from './findings.ts'

/** What `proxy` can find of a proxy that calls go through. */
export const proxySays = findings('proxy', {
  through: [
    'ok',
    [
      'calls go through {proxy}, as {source} says: it makes a tunnel to {host}',
      '请求经由 {proxy}（由{sourceZh}指定）：已建立到 {host} 的隧道',
    ],
  ],
  handed: [
    'ok',
    ['calls are handed to {proxy}, as {source} says, which passes on http', '请求交给 {proxy}（由{sourceZh}指定）转发'],
  ],
  wants: [
    'fail',
    [
      'the proxy that calls go through, {proxy}, answers 407: it {given}',
      '请求所经由的代理 {proxy} 返回 407：{givenZh}',
    ],
    ['{cure}', '{cureZh}'],
  ],
  refuses: [
    'fail',
    [
      'the proxy that calls go through, {proxy}, answers {status} and makes no tunnel to port {port} of {host}',
      '请求所经由的代理 {proxy} 返回 {status}，未建立到 {host} 端口 {port} 的隧道',
    ],
    [
      'Have {host} and its port {port} allowed on the proxy, or go there straight: NO_PROXY={host}',
      '请在代理上放行 {host} 的端口 {port}，或直连：NO_PROXY={host}',
    ],
  ],
  unreached: [
    'fail',
    [
      'nobody answers as a proxy at {proxy}, through which calls go ({code})',
      '请求所经由的 {proxy} 没有代理应答（{code}）',
    ],
    [
      'Start the proxy, or correct its address in {source}: nc -vz {proxyHost} {proxyPort}',
      '启动该代理，或更正{sourceZh}中的地址：nc -vz {proxyHost} {proxyPort}',
    ],
  ],
  insecure: [
    'fail',
    ['the TLS of the proxy itself, {proxy}, is refused: {en}', '代理 {proxy} 自身的 TLS 未通过：{zh}'],
    ['{fix}', '{fixZh}'],
  ],
  unusable: [
    'fail',
    ['the layers of the set-up cannot be used: {en}', '当前配置的层无法使用：{zh}'],
    ['Write the address as http://HOST:PORT', '请将地址写为 http://HOST:PORT'],
  ],
})
