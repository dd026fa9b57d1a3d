import type { Call } from '@penstock/core'

/** Whether a key is another for every URL, query included: tried on two calls that differ in nothing else. */
export function tellsUrlsApart(key: (call: Call) => string): boolean {
  try {
    return key(asking('1')) !== key(asking('2'))
  } catch {
    return false
  }
}

const asking = (page: string) => {
  const path = `/things?page=${page}`
  const origin = 'https://api.example.com'
  return { method: 'GET', origin, path, url: origin + path, endpoint: undefined, headers: {}, options: {} } as Call
}
