import { type Call, client, ConfigError, layer, type Layer, type Next, pipeline } from '@penstock/core'
import { replies, scriptedTransport, virtualClock } from '@penstock/core/testing'
import { cache, deadline, dedupe, reject, retry, status, timeout } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const ok = () => scriptedTransport(replies(200))
const base = () => pipeline([deadline({ after: 20_000 }), retry(), timeout({ after: 5000 }), status()], ok())
const error = (message: string) => expect.objectContaining({ code: 'STACK_ORDER', kind: 'config', message })

describe('with()', () => {
  it('puts a layer into the place of the one of its name', () => {
    const stack = base()
    const other = stack.with(timeout({ after: 1000 }))
    expect(String(other.plan())).toBe('deadline(20 s) → retry(3, 100 ms–20 s) → timeout(1 s) → status → scripted')
    expect(String(stack.plan())).toContain('timeout(5 s)')
  })

  it('refuses a layer whose name is not there', () => {
    // @ts-expect-error: the sentence below
    expect(() => base().with(dedupe())).toThrow(error("no layer of this stack is called 'dedupe': insert() adds one"))
  })
})

describe('without()', () => {
  it('leaves a layer out', () => {
    expect(String(base().without('retry').plan())).toBe('deadline(20 s) → timeout(5 s) → status → scripted')
  })

  it('refuses to take what another needs', () => {
    // @ts-expect-error: the sentence below
    expect(() => base().without('status')).toThrow(
      error("'retry' acts on verdicts and no layer inside it gives them: put status() or reject() after it"),
    )
  })

  it('refuses a name that is not there', () => {
    // @ts-expect-error: the sentence below
    expect(() => base().without('retyr')).toThrow(error("no layer of this stack is called 'retyr': insert() adds one"))
  })
})

describe('insert()', () => {
  it('puts a layer as far in as its slot allows', () => {
    expect(String(base().insert(cache()).insert(reject()).plan())).toBe(
      'deadline(20 s) → cache(memory, 1440 min) → retry(3, 100 ms–20 s) → timeout(5 s) → status → reject → scripted',
    )
  })

  it('puts it just before the layer that is named', () => {
    const stack = base().insert(cache()).insert(dedupe(), { before: 'cache' })
    expect(stack.plan().layers.map(({ name }) => name)).toEqual([
      'deadline',
      'dedupe',
      'cache',
      'retry',
      'timeout',
      'status',
      'scripted',
    ])
  })

  it('puts it last when nothing stands further in', () => {
    const signs = layer({ name: 'last', slot: 'wire', run: (call, next) => next(call) })
    expect(base().insert(signs).plan().layers.at(-2)!.name).toBe('last')
  })

  it('refuses a second one of a name', () => {
    // @ts-expect-error: the sentence below
    expect(() => base().insert(retry())).toThrow(
      error("'retry' is in this stack already: remove one, or give it another name"),
    )
  })

  it('refuses a place that its slot forbids', () => {
    // @ts-expect-error: the sentence below
    expect(() => base().insert(cache(), { before: 'status' })).toThrow(
      error("'cache' (recall) must stand before 'timeout' (clock): move it up"),
    )
  })
})

it('works on a stack whose layers the compiler does not know', () => {
  const layers: readonly Layer[] = [retry(), status()]
  const stack = pipeline(layers, ok())
    .insert(deadline({ after: 1000 }))
    .without('retry')
    .with(status())
  expect(String(stack.plan())).toBe('deadline(1 s) → status → scripted')
})

describe('pipelines made of one another', () => {
  const counting = () => {
    const closed: string[] = []
    const stateful = (name: string) =>
      layer({ name, slot: 'guard', close: () => void closed.push(name), run: (call, next) => next(call) })
    const transport = { ...ok(), close: async () => void closed.push('transport') }
    return { closed, stateful, transport }
  }

  it('close what they share with the last of them', async () => {
    const { closed, stateful, transport } = counting()
    const one = pipeline([stateful('kept'), stateful('gone')], transport)
    const two = one.without('gone')
    await one.close()
    expect(closed).toEqual(['gone'])
    await two.close()
    expect(closed).toEqual(['gone', 'kept', 'transport'])
  })

  it('count a pipeline that is closed twice once', async () => {
    const { closed, stateful, transport } = counting()
    const one = pipeline([stateful('kept')], transport)
    const two = one.insert(deadline({ after: 1000 }))
    await one.close()
    await one.close()
    expect(closed).toEqual([])
    await two.close()
    expect(closed).toEqual(['kept', 'transport'])
  })

  it('share the state of the layers they keep', async () => {
    const clock = virtualClock()
    const transport = scriptedTransport(replies(200, {}, 'first'), replies(200, {}, 'second'))
    const one = pipeline([cache(), status()], transport)
    const two = one.insert(deadline({ after: 1000 }))
    const [http, other] = [one, two].map((stack) =>
      client({ pipeline: stack, origin: 'https://api.example.com', clock }),
    )
    expect(await (await http!.get('/')).text()).toBe('first')
    expect(await (await other!.get('/')).text()).toBe('first')
  })
})

it('throws a typed error', () => {
  expect(() => (base() as any).without('nobody')).toThrow(ConfigError)
})

it('works around plain functions, which have no name and no slot', () => {
  const retried = async function retry(call: Call, next: Next) {
    return next(call)
  }
  const stack = pipeline([retried, retry(), status()], ok())
  expect(String(stack.without('retry').plan())).toBe('retry → status → scripted')
  expect(String(stack.insert(cache()).plan())).toContain('retry → cache(memory, 1440 min) → retry(')
})
