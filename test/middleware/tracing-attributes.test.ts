import { expect, it } from 'vitest'
import { operationOf, vendorOf } from '../../packages/middleware/src/observe/operation-of.ts'
import { httpAttributes } from '../../packages/middleware/src/observe/http-attributes.ts'

it.each([
  ['http://a.example', 'a.example', 80, 'http'],
  ['https://a.example', 'a.example', 443, 'https'],
  ['http://a.example:443', 'a.example', 443, 'http'],
  ['https://[::1]:81', '::1', 81, 'https'],
  ['http://[2001:db8::1]', '2001:db8::1', 80, 'http'],
])(
  '%s is told as the conventions have it: without brackets, and with a port always',
  (origin, address, port, scheme) => {
    expect(httpAttributes({ method: 'GET', origin })).toEqual({
      'http.request.method': 'GET',
      'server.address': address,
      'server.port': port,
      'url.scheme': scheme,
    })
  },
)

it('a method that the conventions do not know is told as _OTHER', () => {
  expect(httpAttributes({ method: 'BREW', origin: 'https://a.example' })['http.request.method']).toBe('_OTHER')
})

it('a call is told by its endpoint and the vendor of it, else by its template, else by nothing', () => {
  const calls = [{ endpoint: { id: 'baidu.generalBasic' }, template: '/a/{id}' }, { template: '/a/{id}' }, {}] as any[]
  expect(calls.map((call) => [operationOf(call), vendorOf(call)])).toEqual([
    ['baidu.generalBasic', 'baidu'],
    ['/a/{id}', undefined],
    [undefined, undefined],
  ])
})
