import { expect, it } from 'vitest'
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
