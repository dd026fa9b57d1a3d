/** Faults of time: stalls, bounds, and this process's own queues. */
import { type Clock, systemClock } from '@penstock/core'
import { circuitBreaker, deadline, rateLimit, retry } from '@penstock/middleware'
import { certificate } from '../support/certificates.ts'
import { serving, servingTls } from '../support/loopback.ts'
import { again, json } from './connecting.ts'
import type { Fault } from './fault.ts'
import { at, scene } from './scene.ts'
import { half, relaying, spoiling } from './servers.ts'

export const waiting: readonly Fault[] = [
  {
    number: 16,
    name: 'stall in the handshake',
    how: 'a server that accepts and says nothing, twice',
    cause: 'tls-stalled',
    change: 'retry() in the stack',
    named: /handshake|secureConnect|SSL connection timeout/i,
    mends: /retr(y|ies)/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = await servingTls(own, json)
      const relay = await relaying(
        () => server.port,
        ({ nth }) => nth <= 2,
      )
      return scene([relay, server], { origin: relay.origin, tls: { ca: own.cert }, timeout: 250 }, again)
    },
  },
  {
    number: 17,
    name: 'stall while waiting',
    how: 'two requests are never answered',
    cause: 'stalled-waiting',
    change: 'retry() in the stack',
    named: /never began to answer|awaiting 'response'|headers timeout/i,
    mends: /retr(y|ies)/i,
    arrange: async () => at(await spoiling(() => {}), { timeout: 200 }, again),
  },
  {
    number: 18,
    name: 'stall while receiving',
    how: 'two answers stop in the middle of their bodies',
    cause: 'stalled-receiving',
    change: 'retry() in the stack',
    named: /stopped|silen(t|ce)|body timeout/i,
    mends: /retr(y|ies)/i,
    arrange: async () => at(await spoiling((socket) => socket.write(half)), { timeout: 200 }, again),
  },
  {
    number: 19,
    name: 'slow loris',
    how: 'two answers come one byte at a time',
    cause: 'slow-loris',
    change: 'retry() in the stack',
    named: /trickle|too slow|speed/i,
    mends: /retr(y|ies)/i,
    arrange: async () =>
      at(
        await spoiling((socket) => {
          socket.write(half)
          const dripping = setInterval(() => socket.write(' '), 10)
          socket.once('close', () => clearInterval(dripping))
        }),
        { timeout: 300 },
        again,
      ),
  },
  {
    number: 31,
    name: 'blocked event loop',
    how: 'the caller computes for 400 ms; the server answers after 40',
    cause: 'event-loop-blocked',
    change: 'the caller does not compute',
    named: /event loop/i,
    mends: /worker|pieces/i,
    arrange: async () => {
      const server = await serving((request, response) => setTimeout(() => json(request, response), 40))
      const { origin } = server
      return scene([server], { origin, timeout: 150, blocks: 400 }, () => ({ origin, timeout: 150 }))
    },
  },
  {
    number: 32,
    name: 'pool exhausted',
    how: 'the only connection is held by a call that is not answered',
    cause: 'pool-exhausted',
    change: 'more connections',
    named: /pool|connections .*in use/i,
    mends: /connections|maxSockets/i,
    arrange: async () => {
      let held = 0
      const server = await serving((request, response) => {
        if (request.url === '/hold') held++
        else json(request, response)
      })
      const holds = { path: '/hold', taken: () => held }
      return at(server, { transport: { connections: 1 }, holds, timeout: 200 }, { transport: { connections: 2 } })
    },
  },
  {
    number: 33,
    name: 'limiter queue',
    how: 'one call in 400 ms is allowed, and the second has 100',
    cause: 'limiter-queue',
    change: 'a longer deadline',
    named: /rate limiter.*queue/i,
    mends: /deadline|more time/i,
    ours: true,
    arrange: async () => {
      const layers = (after: number) => () => [deadline({ after }), rateLimit({ limit: 1, window: 400, guard: 0 })]
      return at(await serving(json), { warmUps: 1, layers: layers(100) }, { layers: layers(2_000) })
    },
  },
  {
    number: 34,
    name: 'open breaker',
    how: 'a server that has failed four times, and works again',
    cause: 'circuit-open',
    change: 'the wait that retryAfter says',
    named: /circuit/i,
    mends: /wait/i,
    ours: true,
    arrange: async () => {
      let left = 4
      const server = await serving((request, response) => {
        if (left-- > 0) response.writeHead(500).end()
        else json(request, response)
      })
      const layers = () => [circuitBreaker({ volume: 2, openFor: 60, maxOpenFor: 60 })]
      const before: NonNullable<Parameters<typeof at>[1]['before']> = async (http) => {
        for (let made = 0; made < 2; made++) await http.get('/').catch(() => {})
      }
      let waited = 0
      const clock: Clock = { ...systemClock, now: () => systemClock.now() + waited }
      const patient: typeof before = async (http) => {
        await before(http)
        waited += 80
      }
      return at(server, { layers, before, clock }, { before: patient })
    },
  },
  {
    number: 35,
    name: 'ended by the total deadline',
    how: 'four answers of 503, with waits in between that do not fit',
    cause: 'total-deadline',
    change: 'a longer deadline',
    named: /deadline|total time/i,
    mends: /raise.*deadline/i,
    ours: true,
    arrange: async () => {
      let left = 4
      const server = await serving((request, response) => {
        if (left-- > 0) response.writeHead(503).end()
        else json(request, response)
      })
      const layers = (after: number) => () => [deadline({ after }), retry({ delay: 100 })]
      return at(server, { layers: layers(200) }, { layers: layers(3_000) })
    },
  },
  {
    number: 36,
    name: 'ended by the attempt timeout',
    how: 'a large answer that comes steadily for 800 ms, and 400 allowed',
    cause: 'attempt-timeout',
    change: 'a longer timeout',
    named: /bound for one attempt|attempt.*time/i,
    mends: /raise.*timeout/i,
    arrange: async () => {
      const server = await serving((_, response) => {
        response.writeHead(200, { 'content-type': 'application/json' }).write('[')
        const flowing = setInterval(() => response.write(' '.repeat(65_536)), 10)
        const end = setTimeout(() => (clearInterval(flowing), response.end(']')), 800)
        response.once('close', () => (clearInterval(flowing), clearTimeout(end)))
      })
      return at(server, { timeout: 400 }, { timeout: 3_000 })
    },
  },
  {
    number: 37,
    name: 'ended by the transport',
    how: 'a handshake of 1000 ms, and a connectTimeout of 400',
    cause: 'connect-timeout',
    change: 'a longer connectTimeout',
    named: /transport.*bound|connect(ion)? timeout|timeout.*connect/i,
    mends: /raise connectTimeout/i,
    arrange: async () => {
      const own = await certificate({ ip: '127.0.0.1' })
      const server = await servingTls(own, json)
      const relay = await relaying(
        () => server.port,
        ({ client, server }) => {
          client.pipe(server)
          server.once('data', (hello: Buffer) => {
            client.write(hello.subarray(0, 300))
            setTimeout(() => {
              client.write(hello.subarray(300))
              server.pipe(client)
            }, 1_000)
          })
          return true
        },
      )
      const faulty = { origin: relay.origin, tls: { ca: own.cert }, transport: { connectTimeout: 400 } }
      return scene([relay, server], faulty, { transport: { connectTimeout: 3_000 } })
    },
  },
  {
    number: 38,
    name: 'the caller’s abort',
    how: 'the caller aborts after 30 ms; the server answers after 150',
    cause: 'caller-abort',
    change: 'the caller does not abort',
    named: /abort|cancel/i,
    mends: /do not abort/i,
    arrange: async () => {
      const server = await serving((request, response) => setTimeout(() => json(request, response), 150))
      return at(server, { aborts: true }, { aborts: false })
    },
  },
]

/** A clock that is wrong by so much. */
export const wrongBy = (milliseconds: number): Clock => ({
  ...systemClock,
  date: () => systemClock.date() + milliseconds,
})
