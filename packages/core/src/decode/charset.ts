import { parseContentType } from './content-type.ts'

/**
 * Text of a body: by its byte order mark, which is left out, else by the charset of its Content-Type under any of the
 * names of the WHATWG Encoding Standard (gbk, gb18030, big5, shift_jis, utf-16le, latin1, …), else as UTF-8. Never fails:
 * a charset that nobody knows is read as UTF-8, and bytes that are not text come as U+FFFD.
 */
export function decodeText(bytes: Uint8Array, contentType?: string): string {
  const charset = marked(bytes) ?? charsetOf(contentType)
  const decoder = charset === undefined ? undefined : decoderOf(charset)
  return decoder === undefined ? utf8(bytes) : decoder.decode(bytes)
}

/** Most replies to one client say the same: what was said last is not read again. */
function charsetOf(contentType: string | undefined): string | undefined {
  if (contentType !== said) {
    charset = parseContentType(contentType)?.parameters.get('charset')
    said = contentType
  }
  return charset
}

let said: string | undefined = undefined
let charset: string | undefined = undefined

/** The charset that a byte order mark gives away. */
function marked(bytes: Uint8Array): string | undefined {
  if (bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf) return 'utf-8'
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le'
  return bytes[0] === 0xfe && bytes[1] === 0xff ? 'utf-16be' : undefined
}

/** undefined for what is read as UTF-8. */
function decoderOf(charset: string): { decode(bytes: Uint8Array): string } | undefined {
  try {
    const decoder = new TextDecoder(charset)
    return decoder.encoding === 'utf-8' ? undefined : decoder
  } catch {
    return undefined
  }
}

const utf8 = (bytes: Uint8Array): string =>
  (Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)).toString(
    'utf8',
    marked(bytes) === 'utf-8' ? 3 : 0,
  )
