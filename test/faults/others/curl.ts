import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Setting } from '../fault.ts'
import type { Answered, Other } from './other.ts'

export const curlOther = (version: string): Other => ({
  name: 'curl',
  version,
  // a program of one call has no pool, no event loop and no abort
  can: ({ holds, blocks, aborts }) => holds === undefined && blocks === undefined && aborts === undefined,
  async call(setting) {
    const folder = mkdtempSync(join(tmpdir(), 'penstock-curl-'))
    const file = (name: string, content: string | Uint8Array) => {
      const path = join(folder, name)
      writeFileSync(path, content)
      return path
    }
    try {
      return await run(args(setting, file), setting)
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  },
})

type File = (name: string, content: string | Uint8Array) => string

function args(setting: Setting, file: File): string[] {
  const { origin, path = '/', method = 'GET', headers = {}, bytes, timeout, transport = {}, tls = {} } = setting
  const { proxy, follows, pins, warmUps = 0, retries } = setting
  const { connectTimeout } = transport
  const { port } = new URL(origin)
  const urls = Array.from({ length: warmUps + 1 }, () => origin + path)
  return [
    '-sSf',
    '--compressed',
    ...(follows ? ['-L', '--max-redirs', '10'] : []),
    ...(method === 'GET' ? [] : ['-X', method]),
    ...Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]),
    ...(bytes ? ['--data-binary', `@${file('body', bytes)}`] : []),
    ...(timeout ? ['--max-time', String(timeout / 1000)] : []),
    ...(connectTimeout ? ['--connect-timeout', String(connectTimeout / 1000)] : []),
    ...(tls.ca ? ['--cacert', file('ca.pem', [tls.ca].flat().join('\n'))] : []),
    ...(tls.cert ? ['--cert', file('cert.pem', tls.cert), '--key', file('key.pem', tls.key as string)] : []),
    ...(tls.ciphers ? ['--ciphers', tls.ciphers] : []),
    ...(tls.maxVersion === 'TLSv1.2' ? ['--tls-max', '1.2'] : []),
    ...(tls.groups ? ['--curves', tls.groups] : []),
    ...(tls.serverName ? ['--connect-to', `::127.0.0.1:${port}`] : []),
    ...(proxy ? ['-x', proxy.url] : []),
    ...(proxy?.user === undefined ? [] : ['-U', `${proxy.user}:${proxy.password}`]),
    ...Object.entries(pins ?? {}).flatMap(([host, address]) => ['--resolve', `${host}:${port}:${address}`]),
    ...(retries === undefined ? [] : ['--retry', String(retries), '--retry-all-errors', '--retry-delay', '0']),
    ...urls.flatMap((url) => [tls.serverName ? url.replace('127.0.0.1', tls.serverName) : url]),
  ]
}

function run(given: readonly string[], { env, warmUps = 0 }: Setting): Promise<Answered> {
  const child = spawn('curl', given, { env: { PATH: process.env['PATH'], ...env }, stdio: ['ignore', 'pipe', 'pipe'] })
  const giveUp = setTimeout(() => child.kill(), 3_000)
  let said = ''
  let body = ''
  child.stdout.on('data', (piece: Buffer) => (body += piece.toString()))
  child.stderr.on('data', (piece: Buffer) => (said += piece.toString()))
  return new Promise((resolve) => {
    child.once('close', (code, signal) => {
      clearTimeout(giveUp)
      if (signal !== null) resolve({ message: 'nothing: it hangs' })
      else if (code === 0) resolve({ value: body.slice((body.length / (warmUps + 1)) * warmUps) })
      else resolve({ message: said.trim().replaceAll(/\s+/g, ' ') || `exit code ${code}` })
    })
  })
}
