import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'
import { serving, servingBytes } from '../support/loopback.ts'

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

test('no proxy of the environment is ever used', async () => {
  await using server = await serving((_, response) => response.end('straight'))
  await using proxy = await servingBytes((socket) => socket.end('HTTP/1.1 502 Proxied\r\n\r\n'))
  const names = ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'all_proxy']
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--conditions=source', '--input-type=module', '--eval', program, server.origin],
    {
      cwd: join(import.meta.dirname, '..'),
      env: {
        ...process.env,
        ...Object.fromEntries(names.map((name) => [name, proxy.origin])),
        NODE_USE_ENV_PROXY: '1',
        NO_PROXY: '',
        no_proxy: '',
      },
    },
  )
  expect({ lines: stdout.trim().split('\n'), seen: proxy.opened }).toEqual({
    lines: ['got straight', 'undici straight'],
    seen: 0,
  })
})
