/** The TLS handshake, and the certificate it showed. */
import { byCode, type Cause, cause } from './cause.ts'
import type { Evidence } from './evidence.ts'
import { passing } from './passing.ts'

export const securityCauses: readonly Cause[] = [
  cause(
    'certificate-early',
    (evidence) => {
      const dates = datesOf(evidence)
      return dates !== undefined && dates.until > 0 ? { ...dates, wait: dates.until } : undefined
    },
    [
      'The certificate of {subject} is not valid before {validFrom}, which is {wait:ms} away by the clock of this machine ({now}).',
      '{subject} 的证书自 {validFrom} 起生效，按本机时钟（{now}）还有 {wait:ms}。',
    ],
    [
      'Check the clock of this machine: timedatectl set-ntp true. If it is right, the server needs a certificate that is valid now.',
      '检查本机时钟：timedatectl set-ntp true。若时钟无误，服务器需更换已生效的证书。',
    ],
  ),
  cause(
    'certificate-expired',
    (evidence) => {
      const dates = datesOf(evidence)
      return evidence.code === 'TLS_EXPIRED' ? { ...unknown, ...dates } : undefined
    },
    [
      'The certificate of {subject} has expired: it was valid until {validTo}, and the clock of this machine says {now}.',
      '{subject} 的证书已过期：有效期至 {validTo}，本机时钟为 {now}。',
    ],
    [
      'Renew the certificate on the server; if the clock of this machine is wrong, set it.',
      '在服务器上更新证书；若本机时钟不准，请校准。',
    ],
  ),
  cause(
    'certificate-name',
    ({ code, trip, host }) => {
      const { chain = [], serverName } = trip?.connection?.tls ?? {}
      return code === 'TLS_NAME' ? { host: serverName || host, names: chain[0]?.names ?? '?' } : undefined
    },
    ['The certificate is not for {host}: the names in it are {names}.', '证书与 {host} 不匹配：其中的名称为 {names}。'],
    [
      'Call the server by a name that its certificate holds, or give that name by tls({ serverName }).',
      '使用证书中的主机名访问，或设置 tls({ serverName })。',
    ],
  ),
  cause(
    'certificate-self-signed',
    ({ code, trip }) =>
      code === 'TLS_SELF_SIGNED' ? { subject: trip?.connection?.tls?.chain[0]?.subject ?? '?' } : undefined,
    [
      'The certificate is self-signed ({subject}), and nobody here trusts it.',
      '证书为自签名（{subject}），本机不信任。',
    ],
    [
      'Trust it by tls({ ca }), with its PEM; verification cannot be turned off.',
      '用 tls({ ca }) 信任其 PEM；证书校验不可关闭。',
    ],
  ),
  cause(
    'certificate-untrusted',
    ({ code, trip }) => {
      const { chain = [] } = trip?.connection?.tls ?? {}
      return code === 'TLS_UNTRUSTED' ? { issuer: chain.at(-1)?.issuer ?? '?', sent: chain.length } : undefined
    },
    [
      'The chain of {sent} certificate(s) that the server sent leads to {issuer}, which nobody here trusts: a private authority, or one in between was left out.',
      '服务器发送的 {sent} 张证书指向 {issuer}，本机不信任：私有 CA，或缺少中间证书。',
    ],
    [
      'Give its authority by tls({ ca }); or have the server send the whole chain.',
      '用 tls({ ca }) 提供其 CA；或让服务器发送完整证书链。',
    ],
  ),
  cause(
    'tls-version',
    byCode('TLS_VERSION'),
    [
      'The server speaks no TLS version that this client does: TLS 1.2 is the least.',
      '双方没有共同的 TLS 版本：客户端最低为 TLS 1.2。',
    ],
    [
      'The server must offer TLS 1.2 or newer; check tls({ minVersion }) too.',
      '服务器须支持 TLS 1.2 及以上；并检查 tls({ minVersion })。',
    ],
  ),
  cause(
    'tls-cipher',
    (evidence) => (evidence.code === 'TLS_FAILED' && heard(evidence) <= alert ? {} : undefined),
    [
      'The server refused the handshake at its first message: the two sides share no cipher (or no key group).',
      '服务器在首个握手消息即拒绝：双方没有共同的密码套件（或密钥组）。',
    ],
    [
      'Offer a cipher that the server has: drop or widen tls({ ciphers }), or enable another on the server.',
      '提供服务器支持的密码套件：去掉或放宽 tls({ ciphers })，或在服务器上启用。',
    ],
  ),
  cause(
    'client-certificate',
    (evidence) =>
      evidence.code === 'TLS_CLIENT_CERTIFICATE' || (evidence.code === 'TLS_FAILED' && heard(evidence) > alert)
        ? {}
        : undefined,
    [
      'The server wants a client certificate, and none (or a wrong one) was given.',
      '服务器要求客户端证书，但未提供或不正确。',
    ],
    ['Give it by tls({ cert, key }).', '用 tls({ cert, key }) 提供。'],
  ),
  cause(
    'https-to-http-port',
    byCode('TLS_NOT_SPOKEN'),
    [
      'The port does not speak TLS: it answered https with something else.',
      '该端口不支持 TLS：对 https 返回了其他内容。',
    ],
    ['Use http:// in origin, or the right port.', '将 origin 改为 http://，或使用正确的端口。'],
  ),
  cause(
    'client-hello-cut',
    (evidence) => {
      const sent = evidence.trip?.connection?.handshake?.sent ?? 0
      return isCut(evidence) && heard(evidence) === 0 && sent > segment ? { sent } : undefined
    },
    [
      'The connection was cut at the ClientHello: its {sent} bytes, with a post-quantum key, fill more than one packet, which some old devices in between cannot take.',
      '连接在 ClientHello 时被切断：含后量子密钥的 {sent} 字节超过一个数据包，部分老旧中间设备无法处理。',
    ],
    [
      "Send a small one: tls({ groups: 'X25519:P-256' }); and have the device in between updated.",
      "发送较小的 ClientHello：tls({ groups: 'X25519:P-256' })；并升级中间设备。",
    ],
  ),
  cause(
    'reset-in-tls',
    (evidence) => (isCut(evidence) ? { received: heard(evidence) } : undefined),
    [
      'The peer cut the connection in the TLS handshake, after {received} bytes of its own; nothing of the request was sent.',
      '对方在 TLS 握手中（已返回 {received} 字节）切断连接；请求尚未发送。',
    ],
    passing('If it stays, look for a proxy or firewall in between.', '若持续出现，检查中间的代理或防火墙。'),
  ),
]

/** Bytes of one TLS alert, as its record. */
const alert = 7
/** Bytes of a TCP segment on most networks. */
const segment = 1400

const heard = ({ trip }: Evidence) => trip?.connection?.handshake?.received ?? 0

const isCut = ({ phase, code }: Evidence) =>
  phase === 'tls' && (code === 'CONNECTION_CLOSED' || code === 'CONNECTION_RESET')

const unknown = { subject: 'the server', validFrom: '?', validTo: '?', now: '?' }

/** Of the certificate of the chain that is not valid now. */
function datesOf({ code, trip, flight: { startedAt } }: Evidence) {
  if (code !== 'TLS_EXPIRED') return undefined
  const now = Date.parse(startedAt)
  const chain = trip?.connection?.tls?.chain ?? []
  const one =
    chain.find(({ validFrom, validTo }) => Date.parse(validFrom) > now || Date.parse(validTo) < now) ?? chain[0]
  if (one === undefined) return undefined
  const { subject, validFrom, validTo } = one
  return {
    subject,
    validFrom: day(validFrom),
    validTo: day(validTo),
    now: day(startedAt),
    until: Date.parse(validFrom) - now,
  }
}

const day = (date: string) => `${new Date(date).toISOString().slice(0, 16)}Z`
