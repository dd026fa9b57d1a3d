/** Pages over a cache of HTTP. */
import { client, type Layer, pipeline, type Request } from '@penstock/core'
import { replies, scriptedTransport, type Step, virtualClock } from '@penstock/core/testing'
import { httpCache, type HttpCacheOptions, status } from '@penstock/middleware'

export const page = (control: string, body = 'a page', more: Record<string, string> = {}): Step =>
  replies(200, { 'cache-control': control, ...more }, body)

export function cached(steps: readonly [Step, ...Step[]], options: HttpCacheOptions = {}, judge: Layer = status()) {
  const clock = virtualClock()
  const transport = scriptedTransport(...steps)
  const layer = httpCache(options)
  const stack = pipeline([layer, judge] as readonly Layer[], transport)
  const http = client({ pipeline: stack, origin: 'https://api.example.com', clock })
  const get = (request: Partial<Request> = {}) =>
    http.send({ path: '/page', ...request }).catch((error: any) => error.reply ?? error)
  const text = async (request: Partial<Request> = {}): Promise<string> => (await get(request)).text()
  const asks = (control: string) => text({ headers: { 'cache-control': control } })
  const sent = () => transport.calls.length
  return {
    clock,
    transport,
    layer,
    stack,
    http,
    get,
    text,
    asks,
    sent,
    seconds: (count: number) => clock.advance(count * 1000),
  }
}
