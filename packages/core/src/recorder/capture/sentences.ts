import type { Bilingual } from '../../verdict-table.ts'

export type Warn = (sentence: Bilingual) => void

export const contains = (file: string): Bilingual => ({
  en:
    `${file} takes down everything that calls of level wire send and receive, and the keys to read it: credentials, ` +
    'bodies, answers. Whoever has the file has them. It is for no ticket and no repository: delete it when you are done.',
  zh:
    `${file} 会记录 wire 级别的调用收发的全部内容以及解密密钥：凭证、请求体和响应。拿到该文件的人即拥有这些内容。` +
    '请勿放入工单或代码仓库，用完即删。',
})

export const full = (file: string, bytes: number): Bilingual => ({
  en: `${file} has ${bytes} bytes, as many as it may: nothing more is taken down. maxBytes allows more.`,
  zh: `${file} 已达 ${bytes} 字节的上限，不再记录。可用 maxBytes 放宽。`,
})

export const unwritable = (file: string, code: string): Bilingual => ({
  en: `${file} cannot be written (${code}): nothing more is taken down. Calls go on.`,
  zh: `${file} 无法写入（${code}），不再记录。调用不受影响。`,
})

/** Node's own way to warn. */
export const emitWarning: Warn = ({ en }) => process.emitWarning(en, 'SecurityWarning')
