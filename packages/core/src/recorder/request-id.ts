import { type ReplyHeaders, header } from '../headers.ts'

const names = [
  'x-request-id',
  'request-id',
  'x-bce-request-id',
  'x-acs-request-id',
  'x-amzn-requestid',
  'x-ms-request-id',
  'x-correlation-id',
]

/** The id that a server gave a request, by which its people find it again. */
export function requestIdOf(headers: ReplyHeaders): string | undefined {
  for (const name of names) {
    const id = header(headers, name)
    if (id !== undefined) return plainId(id)
  }
  return undefined
}

/** An id is short and of one word; what is not may hold anything. */
export const plainId = (text: string): string | undefined => (/^[\w.:+/=-]{1,100}$/.test(text) ? text : undefined)
