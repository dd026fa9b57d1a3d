import type { Bilingual } from './verdict-table.ts'

/** What kind of trouble a code stands for. */
export type Kind = 'timeout' | 'network' | 'tls' | 'proxy' | 'reply' | 'limit' | 'refused' | 'input' | 'config' | 'bug'

export type CodeEntry = {
  readonly kind: Kind
  readonly meaning: Bilingual
  /** What to do about it. */
  readonly advice: Bilingual
}

const entry = (kind: Kind, en: string, zh: string, todo: string, todoZh: string): CodeEntry => ({
  kind,
  meaning: { en, zh },
  advice: { en: todo, zh: todoZh },
})

/** Every code of this package and of the layers. Stable: match on these, never on a message. Vendors' stand in their tables. */
export const codes = {
  DNS_NOT_FOUND: entry(
    'network',
    'The name has no address.',
    '域名无法解析。',
    'Check the host name and the DNS of this machine.',
    '检查主机名与本机 DNS。',
  ),
  DNS_TIMEOUT: entry(
    'network',
    'The name server did not answer.',
    'DNS 服务器无响应。',
    'Try again; check the resolver of this machine.',
    '稍后重试；检查本机 DNS 服务器。',
  ),
  CONNECTION_REFUSED: entry(
    'network',
    'The host refused the connection.',
    '对方拒绝连接。',
    'Check host and port, and that the server runs.',
    '检查主机与端口，确认服务已启动。',
  ),
  CONNECTION_RESET: entry(
    'network',
    'The peer cut the connection.',
    '连接被对方重置。',
    'Usually passing: retry. If it stays, look for a proxy or firewall in between.',
    '多为瞬时故障，可重试；若持续出现，检查中间的代理或防火墙。',
  ),
  CONNECTION_CLOSED: entry(
    'network',
    'The peer closed the connection without an answer.',
    '对方未应答即关闭连接。',
    'Retry; a server that restarts does this.',
    '可重试；服务重启时会出现。',
  ),
  CONNECT_TIMEOUT: entry(
    'network',
    'No connection was made in time.',
    '建立连接超时。',
    'The host drops packets: check address, firewall and route.',
    '数据包被丢弃：检查地址、防火墙与路由。',
  ),
  HOST_UNREACHABLE: entry(
    'network',
    'There is no route to the host.',
    '无法到达主机。',
    'Check the network and the address.',
    '检查网络与地址。',
  ),
  PROTOCOL: entry(
    'network',
    'The answer is not HTTP.',
    '应答不是合法的 HTTP。',
    'Check that the port speaks HTTP.',
    '确认该端口提供 HTTP 服务。',
  ),
  BODY_TRUNCATED: entry(
    'network',
    'The body ended before its announced end.',
    '响应体提前结束。',
    'Retry; if it stays, something in between cuts long bodies.',
    '可重试；若持续，检查中间设备是否截断大响应。',
  ),
  BODY_ENCODING: entry(
    'reply',
    'The body is not in the encoding its header names.',
    '响应体与其 Content-Encoding 不符。',
    'Ask without it: send accept-encoding: identity.',
    '改用 accept-encoding: identity 请求。',
  ),
  BODY_TOO_LARGE: entry(
    'reply',
    'The body is larger than the limit.',
    '响应体超过上限。',
    'Raise limits.body for this client, or read it with stream: true.',
    '提高 limits.body，或以 stream: true 读取。',
  ),
  BODY_RATIO: entry(
    'reply',
    'The body grows more in decoding than is allowed: a decompression bomb does that.',
    '解压倍数超限，疑似压缩炸弹。',
    'If it is meant to, raise limits.ratio.',
    '若属正常，提高 limits.ratio。',
  ),
  HEADERS_TOO_LARGE: entry(
    'reply',
    'The headers of the reply are larger than the limit.',
    '响应头超过上限。',
    'Ask the server’s owner; 64 KiB are allowed.',
    '联系服务方；上限为 64 KiB。',
  ),
  BODY_DISCARDED: entry(
    'reply',
    'The body was discarded before it was read.',
    '响应体在读取前已被丢弃。',
    'Read it first.',
    '请先读取。',
  ),
  BODY_NOT_JSON: entry(
    'reply',
    'The body is not JSON.',
    '响应体不是 JSON。',
    'Look at status and content type: often an error page of something in between.',
    '查看状态码与 Content-Type：常为中间设备的错误页。',
  ),
  BODY_HTML: entry(
    'reply',
    'An HTML page came where JSON was due.',
    '应返回 JSON，却收到 HTML 页面。',
    'A gateway or a login page answered: check the address and what stands in between.',
    '多为网关或登录页：检查地址与中间设备。',
  ),
  REPLY_SCHEMA: entry(
    'reply',
    'The reply is not of the promised shape.',
    '响应不符合约定的结构。',
    'The API may have changed: compare with its documentation.',
    '接口可能已变更：请对照文档。',
  ),
  TLS_EXPIRED: entry(
    'tls',
    'The certificate has expired, or is not valid yet.',
    '证书已过期或尚未生效。',
    'Renew it; check the clock of this machine.',
    '更新证书；检查本机时钟。',
  ),
  TLS_SELF_SIGNED: entry(
    'tls',
    'The certificate is self-signed.',
    '证书为自签名。',
    'Trust it by tls({ ca }); verification cannot be turned off.',
    '用 tls({ ca }) 信任它；证书校验不可关闭。',
  ),
  TLS_UNTRUSTED: entry(
    'tls',
    'No trusted authority has signed the certificate.',
    '证书的签发者不受信任。',
    'Give its authority by tls({ ca }).',
    '用 tls({ ca }) 提供其 CA。',
  ),
  TLS_NAME: entry(
    'tls',
    'The certificate is for another name.',
    '证书与主机名不匹配。',
    'Use the name that the certificate holds, or tls({ serverName }).',
    '使用证书中的主机名，或设置 tls({ serverName })。',
  ),
  TLS_VERSION: entry(
    'tls',
    'The two sides share no TLS version.',
    '双方没有共同的 TLS 版本。',
    'The server must offer TLS 1.2 or newer.',
    '服务器须支持 TLS 1.2 及以上。',
  ),
  TLS_CLIENT_CERTIFICATE: entry(
    'tls',
    'The server wants a client certificate.',
    '服务器要求客户端证书。',
    'Give it by tls({ cert, key }).',
    '用 tls({ cert, key }) 提供。',
  ),
  TLS_PIN: entry(
    'tls',
    'None of the pinned keys is in the certificate chain.',
    '证书链与固定的公钥不符。',
    'If the server’s key has changed rightly, change the pin.',
    '若服务器确已更换密钥，请更新 pins。',
  ),
  TLS_NOT_SPOKEN: entry(
    'tls',
    'The port does not speak TLS.',
    '该端口不支持 TLS。',
    'Use http://, or the right port.',
    '改用 http://，或使用正确的端口。',
  ),
  TLS_FAILED: entry(
    'tls',
    'The TLS handshake failed.',
    'TLS 握手失败。',
    'Compare versions, ciphers and certificates of both sides.',
    '比对双方的版本、密码套件与证书。',
  ),
  CALL_DEADLINE: entry(
    'timeout',
    'The whole call ran out of time.',
    '整个调用超时。',
    'See in explain() where the time went; then raise deadline({ after }) or mend that.',
    '用 explain() 查看耗时所在，再调整 deadline({ after })。',
  ),
  ATTEMPT_TIMEOUT: entry(
    'timeout',
    'One attempt took too long.',
    '单次尝试超时。',
    'If the server needs longer, raise timeout({ after }).',
    '若服务确需更久，提高 timeout({ after })。',
  ),
  CANCELLED: entry('refused', 'The caller aborted.', '调用方已取消。', 'Nothing: it was wanted.', '无需处理。'),
  CLIENT_CLOSED: entry(
    'refused',
    'The client is closed.',
    '客户端已关闭。',
    'Make calls before close(), or make another client.',
    '请在 close() 之前调用，或新建客户端。',
  ),
  CIRCUIT_OPEN: entry(
    'refused',
    'The circuit is open: the server has failed too often.',
    '熔断器已打开：服务器近期频繁失败。',
    'Wait for retryAfter; look at the failures before it.',
    '等待 retryAfter 后再试，并查看此前的失败。',
  ),
  RATE_WAIT: entry(
    'limit',
    'The wait for a turn does not fit the time left.',
    '限流等待超出剩余时间。',
    'Send less at once, or allow more time.',
    '降低并发，或放宽时限。',
  ),
  BODY_SPENT: entry(
    'refused',
    'A body that can be read once has been sent already.',
    '一次性请求体已被发送。',
    'Give bytes, or a function that opens the stream anew.',
    '请提供字节或可重新打开的流。',
  ),
  BODY_SOURCE: entry(
    'input',
    'The stream of the request body failed.',
    '请求体的数据流出错。',
    'Look at the cause.',
    '查看 cause。',
  ),
  TOKEN_UNAVAILABLE: entry(
    'refused',
    'No access token could be had.',
    '无法获取访问令牌。',
    'See in explain() what the token endpoint said.',
    '用 explain() 查看令牌接口的应答。',
  ),
  REQUEST_INVALID: entry(
    'input',
    'The request cannot be sent as it is.',
    '请求无法按原样发送。',
    'Mend the part that is named.',
    '请修正所指出的部分。',
  ),
  INPUT_INVALID: entry(
    'input',
    'The input is not what the endpoint takes.',
    '输入不符合接口要求。',
    'Mend the fields that are named.',
    '请修正所指出的字段。',
  ),
  STACK_ORDER: entry(
    'config',
    'The layers stand in an order that cannot work.',
    '中间件顺序错误。',
    'Move the layer that is named.',
    '按提示移动中间件。',
  ),
  NEXT_TWICE: entry(
    'bug',
    'A layer sent a call twice that may send it once.',
    '中间件重复调用了 next()。',
    'Give it calls: "many", or mend it.',
    '声明 calls: "many" 或修正该中间件。',
  ),
  NO_OUTCOME: entry(
    'bug',
    'A layer gave no outcome.',
    '中间件没有返回结果。',
    'Return what next(call) gives.',
    '返回 next(call) 的结果。',
  ),
  MISSING_PEER: entry(
    'config',
    'A library that this part needs is not installed.',
    '缺少所需的依赖库。',
    'Install it as the message says.',
    '按提示安装。',
  ),
  CONFIG_INVALID: entry(
    'config',
    'An option has a value that cannot work.',
    '配置项的值无效。',
    'Mend the option that is named.',
    '请修正所指出的配置项。',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>

export type Code = keyof typeof codes

/** What is known of a code; undefined for a vendor's. */
export const codeEntry = (code: string): CodeEntry | undefined =>
  Object.hasOwn(codes, code) ? codes[code as Code] : undefined
