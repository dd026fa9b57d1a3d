import { basename } from 'node:path'
import type { Refusal } from './refusal.ts'

/** Why a file could not be read, from what Node threw. */
export const unreadable = (path: string, reason: unknown): Refusal => {
  const name = nameOf(path)
  const system = reason instanceof Error && 'code' in reason ? String(reason.code) : 'unknown error'
  if (system === 'EISDIR') return directory(path)
  // a path that long is most likely an image as base64
  if (system === 'ENOENT' || system === 'ENOTDIR' || system === 'ENAMETOOLONG')
    return {
      failed: true,
      code: 'FILE_NOT_FOUND',
      cause: { en: `there is no file ${name}`, zh: `文件 ${name} 不存在` },
      advice:
        path.length > 255
          ? {
              en: 'A string is taken as a path: decode base64 into bytes first.',
              zh: '字符串会被当作路径：base64 请先解码为字节。',
            }
          : {
              en: 'Check the path; a relative one starts at the working directory.',
              zh: '请检查路径；相对路径从当前工作目录算起。',
            },
      reason,
    }
  return {
    failed: true,
    code: 'FILE_UNREADABLE',
    cause: { en: `${name} cannot be read (${system})`, zh: `无法读取 ${name}（${system}）` },
    advice: { en: 'Check that this user may read it.', zh: '请检查当前用户是否有读取权限。' },
    reason,
  }
}

export const directory = (path: string): Refusal => ({
  failed: true,
  code: 'FILE_IS_DIRECTORY',
  cause: { en: `${nameOf(path)} is a directory`, zh: `${nameOf(path)} 是目录` },
  advice: { en: 'Name the files in it.', zh: '请指定其中的文件。' },
})

/** More bytes than are read into memory. */
export const tooLarge = (name: string, zhName: string, length: number, cap: number): Refusal => ({
  failed: true,
  code: 'SOURCE_TOO_LARGE',
  cause: {
    en: `${name} has ${length} bytes or more; at most ${cap} are read`,
    zh: `${zhName} 至少有 ${length} 字节，最多读取 ${cap} 字节`,
  },
  advice: { en: 'Scale the image down, or cut it into pieces.', zh: '请缩小或切割图片。' },
})

/** Something that is no image source at all. */
export const unknownSource = (en: string, zh: string): Refusal => ({
  failed: true,
  code: 'SOURCE_UNKNOWN',
  cause: { en, zh },
  advice: {
    en: 'Give bytes, a path, a file: or http(s): url, or a stream of bytes.',
    zh: '请提供字节、路径、file 或 http(s) URL，或字节流。',
  },
})

/** The name for a sentence: without its folders, which are nobody else's business. */
export const nameOf = (path: string) => basename(path).slice(0, 100)
