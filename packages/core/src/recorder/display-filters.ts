import type { Bilingual } from '../verdict-table.ts'

export type DisplayFilter = { readonly filter: string; readonly about: Bilingual }

/** Filters for Wireshark that are asked for again and again, by name. */
export const displayFilters = {
  calls: { filter: 'frame.comment contains "call "', about: { en: 'where each request begins', zh: '每个请求的起点' } },
  retries: {
    filter: 'frame.comment contains ", after "',
    about: { en: 'requests that a decision came before, and which', zh: '由某个决策引出的请求（及该决策）' },
  },
  http: { filter: 'http || http2', about: { en: 'requests and answers, decrypted', zh: '解密后的请求与响应' } },
  slow: { filter: 'http.time > 1', about: { en: 'answers that took over a second', zh: '耗时超过 1 秒的响应' } },
  broken: {
    filter: 'tls.alert_message.level == 2 || tcp.flags.reset == 1',
    about: { en: 'fatal TLS alerts and connections that were cut', zh: 'TLS 致命警报与被切断的连接' },
  },
  largeHello: {
    filter: 'tls.handshake.type == 1 && tls.handshake.length > 1400',
    about: { en: 'a ClientHello longer than one packet', zh: '超过一个数据包的 ClientHello' },
  },
} as const satisfies Readonly<Record<string, DisplayFilter>>
