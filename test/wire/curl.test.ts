/** The command line runs in a real sh, with a real curl. */
import { execFile } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { curl } from '@penstock/core/diagnose'
import { describe, expect, it } from 'vitest'
import { needs } from '../support/needs.ts'
import { flightWith, tripOf } from '../support/flights.ts'

const run = promisify(execFile)

describe('curl', () => {
  it('keeps a quote, a variable and a command in the address from the shell', () => {
    expect(curl(flightWith({ url: "https://a.example/'$(id)`id`" }))).toContain(
      String.raw`--url 'https://a.example/'\''$(id)` + "`id`'",
    )
  })
})

needs('curl')('curl, run', () => {
  async function sent(environment: Readonly<Record<string, string>>, path: string) {
    const seen: unknown[] = []
    const server = createServer((request, response) => {
      const { method, url, headers } = request
      seen.push({ method, url, authorization: headers.authorization })
      request.resume().on('end', () => response.end('ok'))
    })
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    try {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`
      const line = curl(flightWith({ method: 'POST', url, trips: [tripOf({ bytesSent: 3 })] }))
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
    expect(seen).toEqual([{ method: 'POST', url: "/a'b$HOME[1]/../;c", authorization: undefined }])
    expect(stdout).toMatch(/^status 200 {2}dns [\d.]+ {2}tcp [\d.]+ .* address 127\.0\.0\.1\n$/)
  })

  it('takes the credentials out of variables', async () => {
    const { seen } = await sent({ PENSTOCK_TOKEN: "a b'c", PENSTOCK_QUERY: 'x=1&y=2' }, '/p')
    expect(seen).toEqual([{ method: 'POST', url: '/p?x=1&y=2', authorization: "Bearer a b'c" }])
  })
})
