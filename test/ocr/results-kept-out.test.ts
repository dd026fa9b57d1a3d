/** What was read from a picture is its owner's: it stands in the result, and in no view of the call. */
import { join } from 'node:path'
import { client, flightOf, pipeline, type StandardSchema } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { dedupe, reject, requestLog, retry, status } from '@penstock/middleware'
import { baiduDescriptors } from '@penstock/ocr'
import { expect, it } from 'vitest'
import { known, sightings } from '../faults/canaries/canary.ts'
import { views } from '../faults/canaries/views.ts'
import { penstock } from '../support/penstock.ts'

const person = [
  known('a name', '张小明'),
  known('an identity number', '11010519491231002X'),
  known('a card', '6222021234567890128'),
  known('a mobile number', '13800138000'),
  known('an address', '朝阳区建国路'),
]
const words = person.map(({ value }) => ({ words: value }))

/** A call that reads this, or stumbles over it; with everything that lines of a log were told. */
async function reading(reply: unknown, output?: StandardSchema<any, any>) {
  const lines: string[] = []
  const tell = (...told: unknown[]) => void lines.push(JSON.stringify(told))
  const said = typeof reply === 'string' ? reply : JSON.stringify(reply)
  const http = client({
    pipeline: pipeline(
      [
        requestLog({ logger: { debug: tell, info: tell, warn: tell }, onReply: tell, onError: tell }),
        dedupe(),
        retry({ retries: 0 }),
        status(),
        reject(),
      ],
      scriptedTransport(replies(200, { 'content-type': 'application/json' }, said)),
    ),
    origin: 'https://aip.baidubce.com',
    diagnose: 'all',
  })
  const endpoint = { ...baiduDescriptors.generalBasic, ...(output && { output }) }
  const thing: unknown = await http.call(endpoint, { image: Buffer.from('hello') }).catch((error: unknown) => error)
  return { thing, seen: sightings(person, { ...views(thing, flightOf(thing)!), log: lines.join('\n') }) }
}

/** Says what it was given, as some libraries do. */
const talkative = (message: (value: unknown) => string, ...path: PropertyKey[]): StandardSchema<any, any> => ({
  '~standard': {
    version: 1,
    vendor: 'talkative',
    validate: (value) => ({
      issues: [{ path, message: message(path.reduce((one: any, key) => one[key], value)) }],
    }),
  },
})

const good = { log_id: '1', words_result_num: words.length, words_result: words }

it('is in the result of a call that went well, which shows it in its own fields alone', async () => {
  const { thing } = await reading(good)
  expect(thing).toMatchObject(good)
  const flight = flightOf(thing)!
  const { inspection: _, JSON: __, text: ___, ...rest } = views(thing, flight)
  expect(sightings(person, rest)).toEqual([])
})

it.each([
  ['that is not as the schema wants it', { ...good, words_result: words.map(({ words: line }) => line) }],
  ['that has a name where a number is due', { ...good, words_result_num: '张小明' }],
  ['in a message of the vendor', { error_code: 282_000, error_msg: person.map(({ value }) => value).join() }],
  ['in the place of a code', { error_code: person.map(({ value }) => value).join(), error_msg: '' }],
  ['that is cut off', JSON.stringify(good).slice(0, -3)],
  ['that begins with what was read', person.map(({ value }) => value).join()],
  ['in a page', `<!doctype html><p>${person.map(({ value }) => value).join()}`],
])('is seen nowhere of a reply %s', async (_, reply) => {
  const { thing, seen } = await reading(reply)
  expect([thing, seen]).toEqual([expect.any(Error), []])
})

it.each([
  ['in double quotes', (value: unknown) => `Invalid type: Expected number but received "${String(value)}"`],
  ['in quotes and cut', (value: unknown) => `must be a number (was "${String(value).slice(0, 12)}…")`],
  ['bare', (value: unknown) => `${String(value)} is no number`],
])('is seen nowhere where a schema repeats it %s', async (_, message) => {
  for (const index of words.keys()) {
    const { thing, seen } = await reading(good, talkative(message, 'words_result', index, 'words'))
    expect([(thing as Error).message, seen]).toEqual([expect.stringContaining(`words_result.${index}.words: `), []])
  }
})

it('leaves a schema’s words alone that do not repeat the value', async () => {
  const { thing } = await reading(
    good,
    talkative(() => 'Expected number but received string', 'words_result', 0, 'words'),
  )
  expect((thing as Error).message).toContain('words_result.0.words: Expected number but received string: POST')
})

it('is on the command’s standard output alone, however much it is asked to tell', async () => {
  const root = join(import.meta.dirname, '../..')
  const image = join(root, 'examples/images/invoice-en.png')
  const env = { HOME: '/nonexistent', PENSTOCK_DIAGNOSE: 'all,json' }
  const { out, err } = await penstock(['recognize', image, '--explain', '--diagnose=all'], { env })
  const lines = out.split('\n').filter(({ length }) => length > 5)
  expect(lines.length).toBeGreaterThan(3)
  expect(lines.filter((line) => err.includes(line))).toEqual([])
  expect(err).toContain('"schema":"penstock.flight/1"')
}, 60_000)
