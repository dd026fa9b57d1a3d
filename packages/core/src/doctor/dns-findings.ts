import { findings } from './findings.ts'

/** What looking a name up can come to. */
export const dnsSays = findings('dns', {
  literal: ['ok', ['{host} is an address: nothing to look up', '{host} 本身是地址：无需解析']],
  given: [
    'ok',
    [
      '{host} → {addresses} (by hosts() in the stack; DNS is not asked)',
      '{host} → {addresses}（由栈中的 hosts() 指定，不查询 DNS）',
    ],
  ],
  byProxy: ['ok', ['{host} is for the proxy to look up, {proxy}', '{host} 由代理 {proxy} 解析']],
  found: ['ok', ['{host} → {addresses} ({servers})', '{host} → {addresses}（{serversZh}）']],
  missing: [
    'fail',
    ['no address is known for {host} ({code})', '找不到 {host} 的地址（{code}）'],
    ['Look for a slip in the name; then: nslookup {host}', '检查域名拼写；然后执行：nslookup {host}'],
  ],
  serversDown: [
    'fail',
    [
      'the name servers of this machine do not answer ({code}): nothing is known of {host}',
      '本机的 DNS 服务器没有应答（{code}）：无法解析 {host}',
    ],
    [
      'Check the network connection and /etc/resolv.conf; behind a proxy that resolves names, put proxyFromEnv() into the stack.',
      '检查网络连接与 /etc/resolv.conf；若由代理解析域名，请在栈中加入 proxyFromEnv()。',
    ],
  ],
  noAddress: [
    'fail',
    ['{host} is a name that DNS knows, and it has no address', 'DNS 中存在 {host}，但没有地址记录'],
    [
      'Look for a slip in the name; whoever runs the domain gives it an A or AAAA record: nslookup {host}',
      '检查域名拼写；需由域名管理方添加 A 或 AAAA 记录：nslookup {host}',
    ],
  ],
  serverFails: [
    'fail',
    [
      'the name servers answer that they cannot tell {host} (SERVFAIL): those of the domain are down, or its DNSSEC is broken',
      'DNS 服务器回答无法解析 {host}（SERVFAIL）：该域名的权威服务器故障，或 DNSSEC 有误',
    ],
    ['Ask another: nslookup {host} 223.5.5.5', '换一台 DNS 服务器查询：nslookup {host} 223.5.5.5'],
  ],
  serverRefuses: [
    'fail',
    [
      'the name servers refuse to tell {host} (REFUSED): they do not serve this machine, or filter the name',
      'DNS 服务器拒绝解析 {host}（REFUSED）：不为本机服务，或过滤了该域名',
    ],
    [
      'Put a server that serves this network into /etc/resolv.conf.',
      '请在 /etc/resolv.conf 中填写为本网络服务的 DNS 服务器。',
    ],
  ],
  systemFails: [
    'fail',
    [
      'the resolver of this machine fails ({code}) where the name servers themselves answer {others}',
      '本机解析器失败（{code}），而直接询问 DNS 服务器得到 {others}',
    ],
    [
      'Look at how the machine resolves names: getent ahosts {host}; grep hosts /etc/nsswitch.conf',
      '检查本机的解析方式：getent ahosts {host}；grep hosts /etc/nsswitch.conf',
    ],
  ],
  pinned: [
    'warn',
    [
      'line {line} of {file} pins {host} to {address}, and DNS says {others}: a pin that grows old',
      '{file} 第 {line} 行将 {host} 固定为 {address}，而 DNS 给出 {others}：该固定地址可能已失效',
    ],
    ['Take the line out: sed -i "{line}d" {file}', '删除该行：sed -i "{line}d" {file}'],
  ],
  fake: [
    'warn',
    [
      '{host} leads to {address}, of a range that proxy programs hand out in place of true addresses (fake-ip)',
      '{host} 解析到 {address}，属于代理软件的 fake-ip 网段，并非真实地址',
    ],
    [
      'If calls hang or break, exempt {host} in the proxy program (fake-ip-filter), or end it.',
      '若请求卡住或中断，请在代理软件中排除 {host}（fake-ip-filter），或关闭它。',
    ],
  ],
  sink: [
    'warn',
    [
      '{host} leads to {address}, which is this machine itself: a blocker or a hosts file at work',
      '{host} 解析到 {address}，即本机：可能被广告拦截或 hosts 文件改写',
    ],
    [
      'grep -n {host} {file}; then look at what blocks names in the network',
      'grep -n {host} {file}；并检查网络中的域名拦截',
    ],
  ],
})
