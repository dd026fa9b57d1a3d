/** GitHub's client, over a stack: REST, pages, GraphQL, and its errors. */
import { text } from 'node:stream/consumers'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from '@penstock/core'
import { toFetch } from '@penstock/core/fetch'
import { redirect, status } from '@penstock/middleware'
import { Octokit } from '@octokit/core'
import { expect, test } from 'vitest'
import { serving } from '../support/loopback.ts'
import { type Make, onBothTransports } from '../support/transports.ts'

async function github(make: Make, listener: (request: IncomingMessage, response: ServerResponse) => unknown) {
  const server = await serving(listener)
  const fetch = toFetch(pipeline([status(), redirect()], make()))
  const octokit = new Octokit({ auth: 'ghp_1', baseUrl: server.origin, request: { fetch } })
  return {
    octokit,
    origin: server.origin,
    async [Symbol.asyncDispose]() {
      await fetch.close()
      await server[Symbol.asyncDispose]()
    },
  }
}

const json = (response: ServerResponse, code: number, value: unknown, headers: Record<string, string> = {}) =>
  response.writeHead(code, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(value))

onBothTransports((make) => {
  test('a REST call fills its path, sends its token and reads its JSON', async () => {
    const seen: unknown[] = []
    await using there = await github(make, ({ url, headers: { authorization } }, response) => {
      seen.push({ url, authorization })
      json(response, 200, { full_name: 'a/b' })
    })
    const {
      data,
      status: code,
      url,
    } = await there.octokit.request('GET /repos/{owner}/{repo}', { owner: 'a', repo: 'b' })
    expect({ data, code, url, seen }).toEqual({
      data: { full_name: 'a/b' },
      code: 200,
      url: `${there.origin}/repos/a/b`,
      seen: [{ url: '/repos/a/b', authorization: 'token ghp_1' }],
    })
  })

  test('pages are followed by their Link headers', async () => {
    await using there = await github(make, ({ url = '' }, response) => {
      const page = Number(/page=(\d)/.exec(url)?.[1] ?? 1)
      const link: Record<string, string> =
        page < 3 ? { link: `<${there.origin}/issues?page=${page + 1}>; rel="next"` } : {}
      json(response, 200, [page], link)
    })
    const pages: unknown[] = []
    for (let next: string | undefined = '/issues'; next !== undefined;) {
      const { data, headers }: { data: unknown; headers: { link?: string } } = await there.octokit.request(
        `GET ${next}`,
      )
      pages.push(data)
      next = /<([^>]+)>; rel="next"/.exec(headers.link ?? '')?.[1]
    }
    expect(pages).toEqual([[1], [2], [3]])
  })

  test('GraphQL is posted and answered', async () => {
    const bodies: unknown[] = []
    await using there = await github(make, async (request, response) => {
      bodies.push(JSON.parse(await text(request)))
      json(response, 200, { data: { viewer: { login: 'me' } } })
    })
    const answer = await there.octokit.graphql('query($n: Int) { viewer { login } }', { n: 1 })
    expect({ answer, bodies }).toEqual({
      answer: { viewer: { login: 'me' } },
      bodies: [{ query: 'query($n: Int) { viewer { login } }', variables: { n: 1 } }],
    })
  })

  test('404 is its RequestError', async () => {
    await using there = await github(make, (_, response) => json(response, 404, { message: 'Not Found' }))
    const error = await there.octokit.request('GET /nothing').catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'HttpError', status: 404, message: expect.stringContaining('Not Found') })
  })

  test('a renamed repository is followed, and the new address told', async () => {
    await using there = await github(make, ({ url }, response) =>
      url === '/repos/a/old'
        ? response.writeHead(301, { location: '/repositories/1' }).end()
        : json(response, 200, { id: 1 }),
    )
    const { data, url } = await there.octokit.request('GET /repos/a/old')
    expect({ data, url }).toEqual({ data: { id: 1 }, url: `${there.origin}/repositories/1` })
  })

  test('a server that is gone is its error of status 500, with ours as the cause', async () => {
    await using there = await github(make, (request) => request.socket.destroy())
    const error: any = await there.octokit.request('GET /').catch((error: unknown) => error)
    expect(error).toMatchObject({ name: 'HttpError', status: 500 })
    expect(error.cause).toMatchObject({ message: 'fetch failed', cause: { verdict: 'network' } })
  })
})
