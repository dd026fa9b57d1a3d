import { client, pipeline, type StandardSchema } from '@penstock/core'
import { repliesJson, scriptedTransport } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { expect, it } from 'vitest'

/** A library that writes what it was given at the end of its words, as JSON. */
const quoting: StandardSchema<any, number> = {
  '~standard': {
    version: 1,
    vendor: 'test',
    validate: (value) => ({ issues: [{ message: `Expected number, actual ${JSON.stringify(value)}` }] }),
  },
}

it.each([
  ['a text with a line break', 'name\ncanary', 'Expected number, actual a string'],
  ['a text that begins with a quote', '"canary"', 'Expected number, actual a string'],
  ['an object', { name: 'canary' }, 'Expected number, actual an object'],
])('a reply that is refused by its schema is not shown by it: %s', async (_, body, because) => {
  const http = client({
    pipeline: pipeline([status()], scriptedTransport(repliesJson(body))),
    origin: 'https://api.example.com',
  })
  const reply = await http.get('/')
  const error: unknown = await reply.json(quoting).catch((thrown: unknown) => thrown)
  expect(error).toMatchObject({ code: 'REPLY_SCHEMA', message: expect.stringContaining(because) })
  expect(String(error)).not.toContain('canary')
})
