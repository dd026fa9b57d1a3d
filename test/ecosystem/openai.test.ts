/** OpenAI's own client, over a stack: its calls, its streams, its errors and its retries. */
import { text } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline, type Stackable } from '@penstock/core'
import { toFetch } from '@penstock/core/fetch'
import { retry, status } from '@penstock/middleware'
import { APIConnectionError, APIUserAbortError, AuthenticationError, OpenAI } from 'openai'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { type Make, onBothTransports } from '../support/transports.ts'

const completion = {
  id: 'c1',
  object: 'chat.completion',
  choices: [{ index: 0, message: { role: 'assistant', content: 'hi' } }],
}
const asked = { model: 'm', messages: [{ role: 'user', content: 'hello' }] } as const

function json(response: ServerResponse, code: number, value: unknown): void {
  response.writeHead(code, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function assistant(
  make: Make,
  layers: readonly Stackable[],
  listener: (request: IncomingMessage, response: ServerResponse, count: number) => unknown,
  maxRetries = 0,
) {
  let count = 0
  const server = await serving((request, response) => listener(request, response, ++count))
  const fetch = toFetch(pipeline([...layers], make()))
  const openai = new OpenAI({ apiKey: 'sk-1', baseURL: `${server.origin}/v1`, fetch, maxRetries })
  return {
    openai,
    server,
    get count() {
      return count
    },
    async [Symbol.asyncDispose]() {
      await fetch.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

onBothTransports((make) => {
  test('a chat completion arrives, key and JSON sent', async () => {
    const seen: unknown[] = []
    await using there = await assistant(make, [status()], ({ url, method, headers: { authorization } }, response) => {
      seen.push({ url, method, authorization })
      json(response, 200, completion)
    })
    const answer = await there.openai.chat.completions.create({ ...asked, messages: [...asked.messages] })
    expect({ content: answer.choices[0]!.message.content, seen }).toEqual({
      content: 'hi',
      seen: [{ url: '/v1/chat/completions', method: 'POST', authorization: 'Bearer sk-1' }],
    })
  })

  test('a streamed completion arrives piece by piece, before the server has ended', async () => {
    const first = Promise.withResolvers<void>()
    await using there = await assistant(make, [retry(), status()], async (_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: 'a' } }] })}\n\n`)
      await first.promise
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: 'b' } }] })}\n\n`)
      response.end('data: [DONE]\n\n')
    })
    const stream = await there.openai.chat.completions.create({ ...asked, messages: [...asked.messages], stream: true })
    const pieces: unknown[] = []
    for await (const chunk of stream) {
      pieces.push(chunk.choices[0]!.delta.content)
      first.resolve()
    }
    expect(pieces).toEqual(['a', 'b'])
  })

  test('leaving a streamed completion early lets go of its socket', async () => {
    const gone = Promise.withResolvers<string>()
    await using there = await assistant(make, [status()], (_, response) => {
      response.once('close', () => gone.resolve('gone')).writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`data: ${JSON.stringify({ choices: [{ delta: { content: 'a' } }] })}\n\n`)
    })
    const stream = await there.openai.chat.completions.create({ ...asked, messages: [...asked.messages], stream: true })
    for await (const _ of stream) break
    expect(await gone.promise).toBe('gone')
  })

  test('an error status is its own typed error, also where a layer judges', async () => {
    await using there = await assistant(make, [status()], (_, response) =>
      json(response, 401, { error: { message: 'bad key', type: 'auth', code: 'invalid_api_key' } }),
    )
    const error = await there.openai.models.list().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(AuthenticationError)
    expect(error).toMatchObject({ status: 401, code: 'invalid_api_key' })
  })

  test('its own retries work through the stack', async () => {
    await using there = await assistant(
      make,
      [status()],
      (_, response, count) =>
        count === 1 ? response.writeHead(503, { 'retry-after-ms': '1' }).end() : json(response, 200, completion),
      2,
    )
    const answer = await there.openai.chat.completions.create({ ...asked, messages: [...asked.messages] })
    expect({ id: answer.id, count: there.count }).toEqual({ id: 'c1', count: 2 })
  })

  test('with its retries off, the stack retries in its place, and sends the same body', async () => {
    const bodies: string[] = []
    await using there = await assistant(make, [retry({ delay: 1 }), status()], async (request, response, count) => {
      bodies.push(await text(request))
      if (count === 1) response.writeHead(503).end()
      else json(response, 200, completion)
    })
    const answer = await there.openai.chat.completions.create(
      { ...asked, messages: [...asked.messages] },
      { fetchOptions: { penstock: { repeatable: 'always' } } as object },
    )
    expect({ id: answer.id, bodies }).toEqual({ id: 'c1', bodies: [JSON.stringify(asked), JSON.stringify(asked)] })
  })

  test('a server that is gone is its connection error, with ours inside', async () => {
    await using there = await assistant(make, [status()], (request) => request.socket.destroy())
    const error: any = await there.openai.models.list().catch((error: unknown) => error)
    expect(error).toBeInstanceOf(APIConnectionError)
    expect(error.cause).toMatchObject({ message: 'fetch failed', cause: { verdict: 'network', phase: 'wait' } })
  })

  test('its own abort is its user abort', async () => {
    const controller = new AbortController()
    await using there = await assistant(make, [status()], () => controller.abort())
    const error = await there.openai.models.list({ signal: controller.signal }).catch((error: unknown) => error)
    expect(error).toBeInstanceOf(APIUserAbortError)
  })

  test('uploads a file as a form', async () => {
    let sent = ''
    await using there = await assistant(make, [status()], async (request, response) => {
      sent = await text(request)
      json(response, 200, { id: 'f1' })
    })
    const file = await there.openai.files.create({ file: new File(['{"a":1}'], 'a.jsonl'), purpose: 'batch' })
    expect(file.id).toBe('f1')
    expect(sent).toMatch(/filename="a.jsonl"\r\n[^]*\r\n\{"a":1\}\r\n[^]*name="purpose"\r\n\r\nbatch\r\n/)
  })
})
