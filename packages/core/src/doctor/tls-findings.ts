import { findings } from './findings.ts'

/** What the handshakes of `tls` can come to. */
export const tlsSays = findings('tls', {
  plain: ['skip', ['the origin is http: nothing is encrypted', 'origin 为 http：没有加密']],
  good: [
    'ok',
    [
      '{protocol} · {cipher} · chain of {links} · expires in {days} days · TLS 1.2 {old}, 1.3 {new}',
      '{protocol} · {cipher} · 证书链 {links} 张 · {days} 天后到期 · TLS 1.2 {old}、1.3 {new}',
    ],
  ],
  hello: [
    'ok',
    ['the large ClientHello is taken {large}/{rounds} times', '较大的 ClientHello 被接受 {large}/{rounds} 次'],
  ],
  helloCut: [
    'fail',
    [
      'the large ClientHello ({largeBytes} bytes, post-quantum) is taken {large}/{rounds} times, a small one {small}/{rounds}: something in between cuts what fills more than one packet',
      '较大的 ClientHello（{largeBytes} 字节，后量子）被接受 {large}/{rounds} 次，较小的 {small}/{rounds} 次：中间设备切断超过一个数据包的握手',
    ],
    [
      "tls({ groups: 'X25519:P-256' }) in the stack; and have the device in between updated",
      "在栈中加入 tls({ groups: 'X25519:P-256' })；并升级中间设备",
    ],
  ],
  soon: [
    'warn',
    ['the certificate of {subject} expires in {days} days', '{subject} 的证书将在 {days} 天后到期'],
    ['Renew it on the server: certbot renew, or by its provider', '在服务器上续期：certbot renew，或联系证书提供方'],
  ],
  expired: [
    'fail',
    ['the certificate of {subject} expired {ago} days ago', '{subject} 的证书已过期 {ago} 天'],
    [
      'Renew it on the server: certbot renew, or by its provider. If this machine’s clock is wrong: timedatectl set-ntp true',
      '在服务器上续期：certbot renew，或联系证书提供方。若本机时钟不准：timedatectl set-ntp true',
    ],
  ],
  expiredLink: [
    'fail',
    [
      'the certificate of the authority in between, {subject}, expired {ago} days ago; the server still sends it',
      '中间证书 {subject} 已过期 {ago} 天，服务器仍在发送',
    ],
    [
      'Have the server send the one that took its place: the fullchain.pem of its authority. If this machine’s clock is wrong: timedatectl set-ntp true',
      '让服务器改发新的中间证书（CA 提供的 fullchain.pem）。若本机时钟不准：timedatectl set-ntp true',
    ],
  ],
  weak: [
    'fail',
    ['the chain of {subject} is too weak: {raw}', '{subject} 的证书链强度不足：{raw}'],
    [
      'Have it made anew with RSA of 2048 bits or P-256, signed with SHA-256: openssl req -new -newkey rsa:2048 -nodes -keyout key.pem',
      '用 RSA 2048 位或 P-256 密钥、SHA-256 签名重新签发：openssl req -new -newkey rsa:2048 -nodes -keyout key.pem',
    ],
  ],
  unfit: [
    'fail',
    [
      'a certificate of the chain is used for what it was not made for ({raw})',
      '证书链中有证书被用于其用途之外（{raw}）',
    ],
    [
      'Have it issued anew: serverAuth for a server, CA:TRUE for an authority.',
      '请重新签发：服务器证书需 serverAuth，CA 证书需 CA:TRUE。',
    ],
  ],
  pin: [
    'fail',
    ['none of the pinned keys is in the chain of {subject}', '{subject} 的证书链中没有被固定的公钥'],
    [
      'If the key of the server was changed rightly, change tls({ pins }); else somebody stands in between.',
      '若服务器确已更换密钥，请更新 tls({ pins })；否则可能有人从中拦截。',
    ],
  ],
  otherKey: [
    'fail',
    [
      'the chain names {issuer}, who is trusted here, and is not signed with the key that is trusted',
      '证书链声称由 {issuer} 签发，本机信任此名称，但签名与所信任的密钥不符',
    ],
    [
      'If the authority made itself a new key, trust its new certificate in place of the old; else somebody uses its name.',
      '若该 CA 更换了密钥，请改为信任其新证书；否则可能有人冒用其名称。',
    ],
  ],
  early: [
    'fail',
    [
      'the certificate of {subject} is valid from {validFrom}, which is to come by this machine’s clock',
      '{subject} 的证书自 {validFrom} 起生效，按本机时钟尚未到时',
    ],
    ['timedatectl set-ntp true', 'timedatectl set-ntp true'],
  ],
  name: [
    'fail',
    ['the certificate is not for {host}: the names in it are {names}', '证书与 {host} 不匹配：其中的名称为 {names}'],
    [
      'Call the server by a name that its certificate holds, or tls({ serverName }) in the stack',
      '使用证书中的主机名访问，或在栈中加入 tls({ serverName })',
    ],
  ],
  selfSigned: [
    'fail',
    ['the certificate is self-signed ({subject}), and nobody here trusts it', '证书为自签名（{subject}），本机不信任'],
    [
      'If it is the right one ({fingerprint}), trust it: tls({ ca: readFileSync("server.pem", "utf8") }), or NODE_EXTRA_CA_CERTS=server.pem',
      '若确认无误（{fingerprint}），请信任它：tls({ ca: readFileSync("server.pem", "utf8") })，或 NODE_EXTRA_CA_CERTS=server.pem',
    ],
  ],
  privateRoot: [
    'fail',
    [
      'the chain ends in an authority of its own, {issuer}, which nobody here trusts',
      '证书链止于私有 CA {issuer}，本机不信任',
    ],
    ['NODE_EXTRA_CA_CERTS=ca.pem, or tls({ ca }) in the stack', 'NODE_EXTRA_CA_CERTS=ca.pem，或在栈中加入 tls({ ca })'],
  ],
  missingIntermediate: [
    'fail',
    [
      'the server sends {links} certificate(s) and leaves out the one of {issuer}, between its own and the root',
      '服务器只发送 {links} 张证书，缺少中间证书 {issuer}',
    ],
    [
      'Have the server send the whole chain (fullchain.pem); until then NODE_EXTRA_CA_CERTS=missing.pem, or tls({ ca }) with it and the root',
      '让服务器发送完整证书链（fullchain.pem）；在此之前用 NODE_EXTRA_CA_CERTS=missing.pem，或 tls({ ca }) 提供它与根证书',
    ],
  ],
  unknownAuthority: [
    'fail',
    [
      'the certificate is signed by {issuer}, whom nobody here knows: a private authority, or a link that was left out',
      '证书由 {issuer} 签发，本机不认识：私有 CA，或缺少中间证书',
    ],
    [
      'NODE_EXTRA_CA_CERTS=ca.pem with all its authorities, root included; or have the server send the whole chain, and trust its root',
      'NODE_EXTRA_CA_CERTS=ca.pem 提供其全部 CA（含根证书）；或让服务器发送完整证书链，并信任其根证书',
    ],
  ],
  opened: [
    'warn',
    [
      'the connection is opened on its way by {issuer}: what is sent can be read there',
      '连接在途中被 {issuer} 解密：所发送的内容可被其读取',
    ],
    ['Have {host} excepted from inspection, if that is not meant.', '若非有意，请将 {host} 排除在流量检查之外。'],
  ],
  openedUntrusted: [
    'fail',
    [
      'the connection is opened on its way by {issuer}, whose authority nobody here trusts',
      '连接在途中被 {issuer} 解密，而本机不信任其 CA',
    ],
    [
      'NODE_EXTRA_CA_CERTS=ca.pem with its root certificate, from your administrator; or have {host} excepted',
      '向管理员索取其根证书并设置 NODE_EXTRA_CA_CERTS=ca.pem；或将 {host} 排除在检查之外',
    ],
  ],
  version: [
    'fail',
    ['the server speaks no TLS version from 1.2 on', '服务器不支持 TLS 1.2 及以上版本'],
    [
      'Switch TLS 1.2 on at the server; 1.0 and 1.1 are no longer spoken (RFC 8996).',
      '在服务器上启用 TLS 1.2；1.0 与 1.1 已废弃（RFC 8996）。',
    ],
  ],
  notSpoken: [
    'fail',
    ['port {port} does not speak TLS', '端口 {port} 不支持 TLS'],
    ['http:// in the origin, or the right port', '将 origin 改为 http://，或使用正确的端口'],
  ],
  clientCertificate: [
    'fail',
    ['the server wants a client certificate', '服务器要求客户端证书'],
    ['tls({ cert, key }) in the stack', '在栈中加入 tls({ cert, key })'],
  ],
  cipher: [
    'fail',
    [
      'the server refuses the first message: no cipher, or no key group, in common',
      '服务器拒绝首个握手消息：没有共同的密码套件或密钥组',
    ],
    [
      'Widen tls({ ciphers }), or enable another at the server: nmap --script ssl-enum-ciphers -p {port} {host}',
      '放宽 tls({ ciphers })，或在服务器上启用其他套件：nmap --script ssl-enum-ciphers -p {port} {host}',
    ],
  ],
  cut: [
    'fail',
    ['the handshake is cut off by the peer or by something in between', '握手被对方或中间设备切断'],
    [
      'Look for a firewall that filters by name: openssl s_client -connect {host}:{port} -servername {host}{by}',
      '检查按域名过滤的防火墙：openssl s_client -connect {host}:{port} -servername {host}{by}',
    ],
  ],
  silent: [
    'fail',
    [
      'the server takes the connection and shakes no hands, whether the ClientHello is large or small',
      '服务器接受连接，但无论 ClientHello 大小都不完成握手',
    ],
    [
      'It hangs, or the port is of another protocol: openssl s_client -connect {host}:{port} -servername {host}{by}',
      '服务器可能已挂起，或该端口属于其他协议：openssl s_client -connect {host}:{port} -servername {host}{by}',
    ],
  ],
  tunnel: [
    'fail',
    ['the proxy made a tunnel, and now makes none ({code})', '代理先前建立了隧道，现在却没有（{code}）'],
    ['Run it again; if it comes and goes, tell who runs the proxy.', '请重新运行；若时好时坏，请联系代理的管理员。'],
  ],
  failed: [
    'fail',
    ['the handshake fails: {code} ({raw})', '握手失败：{code}（{raw}）'],
    [
      'openssl s_client -connect {host}:{port} -servername {host}{by}',
      'openssl s_client -connect {host}:{port} -servername {host}{by}',
    ],
  ],
  uneven: [
    'warn',
    ['of {count} addresses, {address} alone fails: {code}', '{count} 个地址中仅 {address} 失败：{code}'],
    ['One of several servers is set up otherwise: tell who runs it.', '多台服务器之一配置不同：请通知其运营方。'],
  ],
})
