import type { Bilingual } from '@penstock/core'

/** Why an image cannot be sent. Stable; the same names stand in the vendors' error tables where the server says it. */
export type RefusalCode =
  | 'IMAGE_EMPTY'
  | 'IMAGE_FORMAT'
  | 'IMAGE_TRUNCATED'
  | 'IMAGE_TOO_SMALL'
  | 'IMAGE_TOO_LARGE'
  | 'IMAGE_SIDE_TOO_LONG'
  | 'URL_TOO_LONG'
  | 'FILE_NOT_FOUND'
  | 'FILE_IS_DIRECTORY'
  | 'FILE_UNREADABLE'
  | 'STREAM_BROKE'
  | 'SOURCE_TOO_LARGE'
  | 'SOURCE_UNKNOWN'

/** Something about an image that is worth saying: the cause with its numbers, and what to do. */
export type Remark<Code extends string = string> = {
  readonly code: Code
  readonly cause: Bilingual
  readonly advice: Bilingual
}

/** An image that must not be sent. */
export type Refusal = Remark<RefusalCode> & {
  readonly failed: true
  /** What was thrown, as it was. Not checked for secrets: do not print it. */
  readonly reason?: unknown
}
