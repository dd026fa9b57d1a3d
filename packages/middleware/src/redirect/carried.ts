import type { Call } from '@penstock/core'

/**
 * A call on its way to another path of its origin, with its secret parameters. One that the server has written into the
 * new address is sent once: as the secret it is when the value is ours, as the server has it when it is another.
 */
export function carried(moved: Call): Call {
  const { path, secretQuery } = moved
  const at = path.indexOf('?')
  if (at === -1 || secretQuery.length === 0) return moved
  const given = new URLSearchParams(path.slice(at + 1))
  const theirs = new Set(secretQuery.filter(([name, value]) => given.has(name) && !isOurs(given, name, value.reveal())))
  const own = new Set(secretQuery.filter((pair) => !theirs.has(pair)).map(([name]) => name))
  const pairs = path.slice(at + 1).split('&')
  const left = pairs.filter((pair) => !own.has([...new URLSearchParams(pair).keys()][0] ?? ''))
  return moved.with({
    path: left.length === 0 ? path.slice(0, at) : `${path.slice(0, at)}?${left.join('&')}`,
    secretQuery: secretQuery.filter((pair) => !theirs.has(pair)),
  })
}

const isOurs = (given: URLSearchParams, name: string, value: string) => given.getAll(name).every((one) => one === value)
