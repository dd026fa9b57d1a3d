/** The command line runs in a real sh, with a real curl. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { client, flightOf, type FlightTrip, pipeline } from '@penstock/core'
import { curl } from '@penstock/core/diagnose'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { credential } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { flightWith, tripOf } from '../support/flights.ts'

const run = promisify(execFile)

describe('curl', () => {
  const named = (...credentials: NonNullable<FlightTrip['credentials']>) =>
    curl(flightWith({ trips: [tripOf({ credentials })] }))
      .split(' \\\n  ')
      .filter((option) => option.includes(':?') || option.includes('PENSTOCK_TOKEN'))

  it('asks for each credential that was sent, where it stood, and for no other', () => {
    expect(
      named(
        { in: 'header', name: 'authorization', scheme: 'Bearer' },
        { in: 'header', name: 'proxy-authorization', scheme: 'Basic' },
        { in: 'header', name: 'x-api-key' },
        { in: 'query', name: 'access_token' },
        { in: 'query', name: "a b='" },
      ),
    ).toEqual([
      `--header 'authorization: Bearer '"\${PENSTOCK_TOKEN:?}"`,
      `--header 'proxy-authorization: Basic '"\${PENSTOCK_HEADER_PROXY_AUTHORIZATION:?}"`,
      `--header 'x-api-key: '"\${PENSTOCK_HEADER_X_API_KEY:?}"`,
      `--url-query 'access_token='"\${PENSTOCK_QUERY_ACCESS_TOKEN:?}"`,
      `--url-query 'a%20b%3D'\\''='"\${PENSTOCK_QUERY_A_B__:?}"`,
    ])
    expect(named({ in: 'header', name: 'authorization', scheme: 'Basic' })).toEqual(['--user "${PENSTOCK_USER:?}"'])
    expect(named({ in: 'header', name: 'authorization' })).toEqual([
      `--header 'authorization: '"\${PENSTOCK_HEADER_AUTHORIZATION:?}"`,
    ])
    expect(named()).toEqual([])
  })

  it('names one credential of several requests once, and takes no odd name of a header', () => {
    const credentials = [
      { in: 'header', name: 'x-key' },
      { in: 'header', name: 'x\r\nhost: b.example' },
      { in: 'header', name: '@/etc/passwd' },
    ] as const
    const trip = tripOf({ credentials })
    expect(curl(flightWith({ trips: [trip, trip] })).match(/--header/g)).toEqual(['--header'])
  })

  it('does not fail on a parameter that is no text', () => {
    expect(named({ in: 'query', name: '\ud800' })).toEqual([`--url-query '%EF%BF%BD='"\${PENSTOCK_QUERY__:?}"`])
  })

  it('knows of a real call where its credentials stood, and nothing of what they were', async () => {
    const stack = pipeline(
      [
        credential({ bearer: 'b-4711-0815' }),
        credential({ name: 'key', apiKey: 'k-4711-0815', header: 'X-Key' }),
        credential({ name: 'parameter', apiKey: 'q-4711-0815', query: 'key' }),
      ],
      scriptedTransport(replies(200)),
    )
    const send = async (diagnose: 'off' | 'errors') => {
      const http = client({ pipeline: stack, origin: 'https://api.example.com', diagnose })
      const headers = { 'x-plain': 'p', 'api-key': 'a', 'proxy-authorization': 'Basic YTpi' }
      return flightOf(await http.get('/', { headers }))!.trips[0]?.credentials
    }

    expect(await send('errors')).toEqual([
      { in: 'header', name: 'api-key' },
      { in: 'header', name: 'proxy-authorization', scheme: 'Basic' },
      { in: 'header', name: 'authorization', scheme: 'Bearer' },
      { in: 'header', name: 'x-key' },
      { in: 'query', name: 'key' },
    ])
    expect(await send('off')).toBe(undefined)
  })

  it('keeps a quote, a variable and a command in the address from the shell', () => {
    expect(curl(flightWith({ url: "https://a.example/'$(id)`id`" }))).toContain(
      String.raw`--url 'https://a.example/'\''$(id)` + "`id`'",
    )
  })
})

needs('curl')('curl, run', () => {
  async function sent(
    environment: Readonly<Record<string, string>>,
    path: string,
    credentials?: FlightTrip['credentials'],
  ) {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      const { method, url, headers } = request
      seen.push({ method, url, authorization: headers.authorization, key: headers['x-key'] })
      request.resume().on('end', () => response.end('ok'))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
      const line = curl(flightWith({ method: 'POST', url, trips: [tripOf({ bytesSent: 3, credentials })] }))
      const { stdout } = await run('sh', ['-c', line], {
        env: { PATH: process.env['PATH'], NO_PROXY: '*', ...environment },
        timeout: 10_000,
      })
      return { seen, stdout }
    } finally {
      server.close()
    }
  }

  it('sends the method and the path as they are, and tells the times', async () => {
    const { seen, stdout } = await sent({}, "/a'b$HOME[1]/../;c")
    expect(seen).toEqual([{ method: 'POST', url: "/a'b$HOME[1]/../;c", authorization: undefined, key: undefined }])
    expect(stdout).toMatch(/^status 200 {2}dns [\d.]+ {2}tcp [\d.]+ .* address 127\.0\.0\.1\n$/)
  })

  it('takes the credentials out of variables', async () => {
    const { seen } = await sent({ PENSTOCK_TOKEN: "a b'c", PENSTOCK_QUERY: 'x=1&y=2' }, '/p')
    expect(seen).toEqual([{ method: 'POST', url: '/p?x=1&y=2', authorization: "Bearer a b'c", key: undefined }])
  })
  it('puts each credential where it was, and encodes one of the query', async () => {
    const { seen } = await sent(
      { PENSTOCK_USER: 'me:p w', PENSTOCK_HEADER_X_KEY: '$(id)"', PENSTOCK_QUERY_KEY: 'a+b&c', PENSTOCK_QUERY: 'x=1' },
      '/p',
      [
        { in: 'header', name: 'authorization', scheme: 'Basic' },
        { in: 'header', name: 'x-key' },
        { in: 'query', name: 'key' },
      ],
    )
    const authorization = `Basic ${Buffer.from('me:p w').toString('base64')}`
    expect(seen).toEqual([
      { method: 'POST', url: expect.stringMatching(/^\/p\?x=1&key=a%2bb%26c$/i), authorization, key: '$(id)"' },
    ])
  })

  it('sends nothing without a credential that was sent', async () => {
    await expect(sent({}, '/p', [{ in: 'header', name: 'x-key' }])).rejects.toThrow('PENSTOCK_HEADER_X_KEY')
  })
})
