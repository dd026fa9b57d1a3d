import { createHmac } from 'node:crypto'
import { client, pipeline, type Transport } from '@penstock/core'
import { defaultStack, type RequestToSign, sign } from '@penstock/middleware'
import { baidu } from '@penstock/ocr'
import { buffered } from '../encoding/ways.ts'
import { everything } from '../small/ours.ts'
import { formType } from '../small/subject.ts'
import { Lent, read } from './lent.ts'
import type { Upload } from './subject.ts'

const undici = async () => (await import('@penstock/core/undici')).undiciTransport({ connections: 8 })
const got = async () => (await import('@penstock/core/got')).gotTransport({ connections: 8 })

/** The form is encoded as it is sent, in pieces of 64 KiB. */
const streaming =
  (transport: () => Promise<Transport>): Upload =>
  async ({ origin, path, file }) => {
    const http = client({ pipeline: pipeline([...everything()], await transport()), origin })
    let number = 0
    return async () => {
      using picture = await read(file)
      return await (await http.post(`${path}${++number}`, { form: { image: picture.bytes } })).json()
    }
  }

/** The same encoder, into one buffer that is sent as it is. */
const buffering =
  (transport: () => Promise<Transport>): Upload =>
  async ({ origin, path, file }) => {
    const http = client({ pipeline: pipeline([...everything()], await transport()), origin })
    const headers = { 'content-type': formType }
    let number = 0
    return async () => {
      using body = new Lent(await encoded(file))
      return await (await http.post(`${path}${++number}`, { headers, body: body.bytes })).json()
    }
  }

async function encoded(file: string) {
  using picture = await read(file)
  return buffered(picture.bytes)
}

/** What Tencent's SDK sends: base64 in JSON, whose digest is signed with a key of four steps. */
const signing: Upload = async ({ origin, path, file }) => {
  const stack = pipeline([...defaultStack()], await undici()).insert(sign({ reads: 'sha256', sign: tc3 }))
  const http = client({ pipeline: stack, origin })
  let number = 0
  return async () => {
    using picture = await read(file)
    return await (await http.post(`${path}${++number}`, { json: { ImageBase64: picture.bytes } })).json()
  }
}

function tc3({ method, path, date, digest }: RequestToSign) {
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest()
  const day = new Date(date).toISOString().slice(0, 10)
  const key = [day, 'ocr', 'tc3_request'].reduce<string | Buffer>(hmac, 'TC3key')
  const text = [method, path, date, digest!.toString('hex')].join('\n')
  return { headers: { authorization: `TC3-HMAC-SHA256 ${hmac(key, text).toString('hex')}` } }
}

/** All that a caller of the OCR client gets: options checked, the picture looked at, the answer checked. */
const ocr: Upload = async ({ origin, file }) => {
  const { undiciTransport } = await import('@penstock/core/undici')
  const keys = { apiKey: 'key', secretKey: 'secret' }
  const client = baidu(keys, { origin, transport: undiciTransport({ connections: 8 }), qps: 1e9 })
  // equal calls at one time would be one flight
  return () => client.accurateBasic({ image: file }, { layers: { dedupe: false } })
}

export const penstock: Readonly<Record<string, Upload>> = {
  'penstock on undici, streamed': streaming(undici),
  'penstock on undici, buffered': buffering(undici),
  'penstock ocr, accurateBasic()': ocr,
  'penstock on undici, JSON signed': signing,
  'penstock on got, streamed': streaming(got),
  'penstock on got, buffered': buffering(got),
}
