import type { Headers } from '@penstock/core'

/** The method that a redirect asks for, by the fetch standard: 303 makes a GET, and so do 301 and 302 of a POST. */
export function methodAfter(status: number, method: string): string {
  if (status === 303) return method === 'HEAD' ? 'HEAD' : 'GET'
  return (status === 301 || status === 302) && method === 'POST' ? 'GET' : method
}

/** Headers that speak of a body, off with it. */
export const withoutContent = (headers: Headers): Headers =>
  Object.fromEntries(Object.entries(headers).filter(([name]) => !/^content-|^(repr-)?digest$/.test(name)))
