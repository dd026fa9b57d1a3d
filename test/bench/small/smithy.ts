import type { Readable } from 'node:stream'
import { NodeHttpHandler } from '@smithy/node-http-handler'
import { HttpRequest, type HttpResponse } from '@smithy/protocol-http'
import { keptAlive } from './bare.ts'
import { form, formType, type Place } from './subject.ts'

/** What smithy's clients have in common: a handler, requests, and a body that is read by whoever wants it. */
export function smithyRequests({ origin, path }: Place, requestTimeout = 0) {
  const { hostname, port } = new URL(origin)
  const base = { protocol: 'http:', hostname, port: Number(port), path: path.split('?', 1)[0]! }
  const query = (number: number) => ({ n: String(number) })
  return {
    handler: new NodeHttpHandler({ httpAgent: keptAlive(), requestTimeout }),
    get: (number: number) => new HttpRequest({ ...base, method: 'GET', query: query(number), headers: {} }),
    post: (number: number) =>
      new HttpRequest({
        ...base,
        method: 'POST',
        query: query(number),
        headers: { 'content-type': formType, 'content-length': String(form.length) },
        body: form,
      }),
    read,
  }
}

async function read({ response }: { readonly response: HttpResponse }): Promise<unknown> {
  const pieces: Buffer[] = []
  for await (const piece of response.body as Readable) pieces.push(piece as Buffer)
  return JSON.parse(Buffer.concat(pieces).toString())
}
