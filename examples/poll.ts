/** A task that takes a minute: submitted, left because that does not fit the time, and gone on with by its id. */
import { createServer } from 'node:http'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { client, pipeline, poll, PollError } from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { status } from '@penstock/middleware'

let asked = 0
const server = createServer(({ method }, response) => {
  if (method === 'POST') response.end('{"id":"job-1"}')
  else if (++asked === 1) response.writeHead(202, { 'retry-after': '60' }).end()
  else response.end('{"text":"done"}')
}).listen(0, '127.0.0.1')
await once(server, 'listening')

const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
const http = client({ pipeline: pipeline([status()], gotTransport()), origin })
const task = {
  submit: async () => (await (await http.post('/jobs')).json()).id as string,
  async check(id: string) {
    const reply = await http.get('/jobs/{id}', { params: { id } })
    return reply.status === 202
      ? ({ done: false, reply } as const)
      : ({ done: true, value: await reply.json() } as const)
  },
  delay: 1,
}

const stopped = await poll({ ...task, deadline: 10_000 }).catch((error: unknown) => error)
if (!(stopped instanceof PollError) || stopped.id === undefined) throw stopped
console.log(`${stopped.code}: goes on with ${stopped.id}`)
console.log(await poll({ ...task, id: stopped.id }))
await http.close()
server.close()
