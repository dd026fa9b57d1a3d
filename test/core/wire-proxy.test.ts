import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { serving, servingBytes } from '../support/loopback.ts'
import { proxying } from '../support/proxies.ts'

const program = `
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
for (const transport of [gotTransport(), undiciTransport()]) {
  const http = client({ pipeline: pipeline([], transport), origin: process.argv[1] })
  console.log(transport.name, await (await http.get('/')).text())
  await http.close()
}
`

const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']

/** Runs a program with the environment's proxies all set to `proxy`, and gives what it prints. */
async function printed(source: string, proxy: string, ...args: readonly string[]): Promise<string[]> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', source, ...args],
    {
      cwd: join(import.meta.dirname, '..'),
      env: {
        ...process.env,
        ...Object.fromEntries(names.map((name) => [name, proxy])),
        NODE_USE_ENV_PROXY: '1',
        NO_PROXY: '',
        no_proxy: '',
      },
    },
  )
  return stdout.trim().split('\n')
}

test('no proxy of the environment is ever used', async () => {
  await using server = await serving((_, response) => response.end('straight'))
  await using proxy = await servingBytes((socket) => socket.end('HTTP/1.1 502 Proxied\r\n\r\n'))
  expect({ lines: await printed(program, proxy.origin, server.origin), seen: proxy.opened }).toEqual({
    lines: ['got straight', 'undici straight'],
    seen: 0,
  })
})

const through = `
import { client, pipeline } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { proxy, proxyFromEnv } from '@penstock/middleware'
const [, url, named] = process.argv
for (const transport of [gotTransport(), undiciTransport()]) {
  for (const way of [proxy(named), proxyFromEnv()]) {
    const http = client({ pipeline: pipeline([way], transport), origin: url })
    const { code, because } = await http.outcome({ path: '/' })
    console.log(transport.name, way.name, code, because)
  }
  await transport.close()
}
`

test('the proxy that is named is used and no other, and that of the environment when it is asked for', async () => {
  await using named = await proxying({ answers: 'HTTP/1.1 403 Named\r\n\r\n' })
  await using proxy = await proxying({ answers: 'HTTP/1.1 404 Environment\r\n\r\n' })
  expect(await printed(through, proxy.origin, 'https://api.invalid', named.origin)).toEqual([
    'got proxy PROXY_REFUSED the proxy answered 403, and made no tunnel',
    'got proxyFromEnv PROXY_REFUSED the proxy answered 404, and made no tunnel',
    'undici proxy PROXY_REFUSED the proxy answered 403, and made no tunnel',
    'undici proxyFromEnv PROXY_REFUSED the proxy answered 404, and made no tunnel',
  ])
  expect([named.asked.length, proxy.asked.length]).toEqual([2, 2])
})
