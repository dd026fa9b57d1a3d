/** What people write: the file is read, made a form, and sent. */
import { readFile } from 'node:fs/promises'
import { ways } from '../encoding/ways.ts'
import { formType } from '../small/subject.ts'
import { base64 } from './lent.ts'
import type { Upload } from './subject.ts'

const headers = { 'content-type': formType }

const got: Upload = async ({ origin, path, file }) => {
  const { default: got } = await import('got')
  let number = 0
  return async () =>
    got.post(`${origin}${path}${++number}`, { form: { image: await base64(file) }, retry: { limit: 0 } }).json()
}

const axios: Upload = async ({ origin, path, file }) => {
  const { default: axios } = await import('axios')
  let number = 0
  return async () => {
    const form = new URLSearchParams({ image: await base64(file) })
    return (await axios.post<unknown>(`${origin}${path}${++number}`, form, { maxBodyLength: Infinity })).data
  }
}

const ky: Upload = async ({ origin, path, file }) => {
  const { default: ky } = await import('ky')
  let number = 0
  return async () => {
    const body = new URLSearchParams({ image: await base64(file) })
    return ky.post(`${origin}${path}${++number}`, { body, timeout: false, retry: 0 }).json()
  }
}

async function undici() {
  const { Agent, request } = await import('undici')
  const dispatcher = new Agent({ connections: 8, headersTimeout: 60_000 })
  return async (url: string, body: string | Buffer) =>
    (await request(url, { dispatcher, method: 'POST', headers, body })).body.json()
}

const undiciText: Upload = async ({ origin, path, file }) => {
  const send = await undici()
  let number = 0
  return async () => send(`${origin}${path}${++number}`, `image=${encodeURIComponent(await base64(file))}`)
}

/** Nothing is read and nothing is encoded: what the wire alone costs. */
const floor: Upload = async ({ origin, path, file }) => {
  const send = await undici()
  let body = Buffer.alloc(0)
  ways['querystring.stringify']!(await readFile(file), (piece) => (body = Buffer.from(piece)))
  let number = 0
  return () => send(`${origin}${path}${++number}`, body)
}

export const clients: Readonly<Record<string, Upload>> = {
  'got, form': got,
  'axios, URLSearchParams': axios,
  'ky, URLSearchParams': ky,
  'undici.request, encodeURIComponent': undiciText,
  'undici.request, encoded before': floor,
}
