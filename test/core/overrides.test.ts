import { type Call, client, layer, type Next, pipeline, type Stackable } from '@penstock/core'
import { breaks, hangs, replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { cache, deadline, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const clock = virtualClock()
const origin = 'https://api.example.com'
const open = (layers: readonly Stackable[], ...script: Parameters<typeof scriptedTransport>) => {
  const transport = scriptedTransport(...script)
  return { transport, http: client({ pipeline: pipeline(layers, transport), origin, clock, chance: () => 0 }) }
}
/** What comes of a call, when all its waits are over. */
const over = async (call: Promise<unknown>): Promise<any> => {
  const settled = call.catch((error: unknown) => error)
  await clock.advance(60_000)
  return settled
}
const failing = { code: 'REQUEST_INVALID', kind: 'input' }
const sentence = (because: string) => ({ ...failing, message: `The request cannot be sent: ${because}` })

describe('a call that asks a layer for other options', () => {
  it('gets them, and the next one does not', async () => {
    const { http, transport } = open([retry(), status()], breaks('CONNECTION_RESET'))
    await over(http.get('/', { layers: { retry: { retries: 1 } } }))
    expect(transport.calls).toHaveLength(2)
    await over(http.get('/'))
    expect(transport.calls).toHaveLength(6)
  })

  it('keeps the options that it does not name', async () => {
    const { http, transport } = open([retry({ retries: 1 }), status()], breaks('CONNECTION_RESET'))
    await over(http.get('/', { layers: { retry: { delay: 700 } } }))
    expect(transport.calls).toHaveLength(2)
  })

  it('shares the state of the layer', async () => {
    const { http, transport } = open([retry({ budget: 1 }), status()], breaks('CONNECTION_RESET'))
    await over(http.get('/', { layers: { retry: { retries: 1 } } }))
    await over(http.get('/'))
    expect(transport.calls).toHaveLength(3)
  })

  it.each([
    ['deadline', [deadline({ after: 60_000 })], 'CALL_DEADLINE'],
    ['timeout', [timeout({ after: 60_000 })], 'ATTEMPT_TIMEOUT'],
  ] as const)('shortens its %s', async (name, layers, code) => {
    const { http } = open(layers, hangs())
    const error = await over(http.get('/', { layers: { [name]: { after: 50 } } }))
    expect(error).toMatchObject({ code, message: expect.stringContaining(`${name}: 50 ms were over`) })
  })

  it('finds an answer too old that others find fresh', async () => {
    const { http, transport } = open([cache({ ttl: 60_000 }), status()], replies(200))
    await http.get('/')
    await clock.advance(1000)
    await http.get('/', { layers: { cache: { ttl: 1000 } } })
    await http.get('/')
    expect(transport.calls).toHaveLength(2)
  })
})

describe('a call that leaves a layer out', () => {
  it('passes it by', async () => {
    const { http, transport } = open([retry(), status()], breaks('CONNECTION_RESET'))
    await over(http.get('/', { layers: { retry: false } }))
    expect(transport.calls).toHaveLength(1)
  })

  it('may not leave out what another layer needs', async () => {
    const { http, transport } = open([retry(), status()], replies(200))
    await expect(http.get('/', { layers: { status: false } })).rejects.toMatchObject(
      sentence(
        "without the layers it leaves out, 'retry' acts on verdicts and no layer inside it gives them: put status() or reject() after it",
      ),
    )
    expect(transport.calls).toHaveLength(0)
  })
})

describe('a call is refused before anything is sent', () => {
  const plain = layer({ name: 'plain', slot: 'wire', run: (call, next) => next(call) })

  it.each([
    [{ retyr: false }, "no layer of this stack is called 'retyr': it has retry, status, plain"],
    [{ plain: {} }, "layer 'plain' takes no options of one call, only false, which leaves it out"],
    ['retry', 'layers is no object: give { retry: { retries: 0 }, cache: false }'],
  ])('with layers: %j', async (layers, because) => {
    const { http, transport } = open([retry(), status(), plain], replies(200))
    await expect(http.get('/', { layers: layers as {} })).rejects.toMatchObject(sentence(because))
    expect(transport.calls).toHaveLength(0)
  })

  it('with an option that cannot work', async () => {
    const { http, transport } = open([retry(), status()], replies(200))
    await expect(http.get('/', { layers: { retry: { retries: -1 } } })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: 'retry: retries is -1: give a number from zero up',
    })
    expect(transport.calls).toHaveLength(0)
  })
})

it('compiles the same overrides once', async () => {
  let made = 0
  const counted = layer({
    name: 'counted',
    slot: 'wire',
    run: (call, next) => next(call),
    override({ loud }: { readonly loud: boolean }) {
      made += Number(loud)
      return (call, next) => next(call)
    },
  })
  const { http } = open([counted], replies(200))
  const loud = { counted: { loud: true } }
  await http.get('/', { layers: loud })
  await http.get('/', { layers: loud })
  expect(made).toBe(1)
  await http.get('/', { layers: { counted: { loud: true } } })
  expect(made).toBe(2)
})

it('runs the other options of a recorded call too', async () => {
  const { http } = open([retry(), status()], breaks('CONNECTION_RESET'))
  const error = await over(http.get('/', { diagnose: 'all', layers: { retry: false } }))
  expect(error.ledger.spans.map(({ layer }: { layer: string }) => layer)).toEqual(['status', 'scripted'])
})

it('names only layers that have a name of their own, and leaves alone what is undefined', async () => {
  const plain = async function plain(call: Call, next: Next) {
    return next(call)
  }
  const { http, transport } = open([retry(), plain, status()], replies(200))
  await expect(http.get('/', { layers: { plain: false } as {} })).rejects.toMatchObject(
    sentence("no layer of this stack is called 'plain': it has retry, status"),
  )
  await http.get('/', { layers: { retry: undefined, retyr: undefined } })
  expect(transport.calls).toHaveLength(1)
})
