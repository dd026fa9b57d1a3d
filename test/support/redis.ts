import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** A Redis on this machine that keeps nothing on disk, gone with the block that made it. */
export type RedisServer = AsyncDisposable & {
  readonly port: number
  readonly url: string
  /** SIGKILL: what it held is lost. */
  kill(): Promise<void>
  /** A new one, empty, on the same port. */
  restart(): Promise<void>
  /** It holds its connections and says nothing, until told to go on. */
  freeze(): void
  thaw(): void
}

/** For tests below `needs('redis-server')`. */
export async function startRedis(): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'penstock-redis-'))
  const port = await freePort()
  let server: ChildProcess | undefined = await started(port, dir)

  async function kill(): Promise<void> {
    const dying = server
    server = undefined
    if (dying === undefined || dying.exitCode !== null || dying.signalCode !== null) return
    const gone = once(dying, 'exit')
    dying.kill('SIGKILL')
    await gone
  }

  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    kill,
    async restart() {
      await kill()
      server = await started(port, dir)
    },
    freeze: () => void server?.kill('SIGSTOP'),
    thaw: () => void server?.kill('SIGCONT'),
    async [Symbol.asyncDispose]() {
      await kill()
      await rm(dir, { recursive: true, force: true })
    },
  }
}

async function started(port: number, dir: string): Promise<ChildProcess> {
  const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'no', daemonize: 'no' }
  const args = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)])
  const path = `${process.env['PATH']}:/usr/sbin:/sbin`
  const server = spawn('redis-server', args, { env: { PATH: path }, stdio: ['ignore', 'pipe', 'inherit'] })
  // whatever becomes of the tests, it does not outlive them
  const end = () => void server.kill('SIGKILL')
  process.once('exit', end)
  server.once('exit', () => process.off('exit', end))
  let said = ''
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', () => reject(new Error(`redis-server did not start: ${said}`)))
    server.stdout.on('data', (piece) => {
      said += String(piece)
      if (said.includes('Ready to accept connections')) resolve()
    })
  })
  return server
}

async function freePort(): Promise<number> {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as net.AddressInfo
  server.close()
  await once(server, 'close')
  return port
}
