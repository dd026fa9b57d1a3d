import { createHash } from 'node:crypto'
import { type Call, type HeaderValue, Secret } from '@penstock/core'

/** Headers by which callers are told apart, whatever a server says of Vary: one user's pages are never another's. */
const personal = ['authorization', 'cookie', 'proxy-authorization']

const text = (value: HeaderValue | undefined): unknown =>
  value instanceof Secret ? ['secret', value.reveal()] : (value ?? null)

const digest = (...told: unknown[]) => createHash('sha256').update(JSON.stringify(told)).digest('hex')

/** What the pages of an address are kept under: a digest, since it may become the name of a file, and may hold secrets. */
export function addressKey(call: Call<any>, partition: string | undefined, path: string = call.path): string {
  const { origin, headers, secretQuery } = call
  const whose = Object.entries(headers).filter(([name, value]) => value instanceof Secret || personal.includes(name))
  const who = whose.map(([name, value]) => [name, text(value)])
  const secrets = path === call.path ? secretQuery.map(([name, value]) => [name, value.reveal()]) : []
  return digest('GET', partition ?? null, origin, path, secrets, who)
}

/** Of one variant of an address: by the headers that its server chooses by. */
export const variantKey = (address: string, call: Call<any>, vary: readonly string[]): string =>
  digest(address, ...vary.map((name) => [name, text(call.headers[name])]))

/** The names of a Vary header; undefined for `*`, which is another for every request. */
export function varyOf(values: readonly string[]): readonly string[] | undefined {
  const names = values.flatMap((value) => value.split(',')).map((name) => name.trim().toLowerCase())
  return names.includes('*') ? undefined : [...new Set(names)].filter((name) => name !== '').toSorted()
}
