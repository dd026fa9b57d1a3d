import { client, type Layer, pipeline } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { limits, type LimitsOptions, tls } from '@penstock/middleware'
import { describe, expect, it } from 'vitest'

const acknowledge = { 'limits-off': 'a test' }

async function wires(...layers: readonly Layer[]) {
  const transport = scriptedTransport(replies(200))
  const http = client({
    pipeline: pipeline([...layers], transport, { acknowledge }),
    origin: 'https://api.example.com',
  })
  const reply = await http.get('/')
  await http.get('/')
  return { wires: transport.calls.map(({ wire }) => wire), ledger: reply.ledger }
}

const traitsOf = (options: LimitsOptions) => {
  const plan = pipeline([limits(options)], scriptedTransport(replies(200)), { acknowledge }).plan()
  return [String(plan), plan.layers[0]!.traits]
}

describe('limits', () => {
  it('hands the transport what is named and leaves the rest at its default, and notes nothing', async () => {
    const { wires: sent, ledger } = await wires(limits({ body: 1000, ratio: 20 }))
    expect(sent[0]!.limits).toEqual({ body: 1000, ratio: 20 })
    expect(ledger.notes).toBeUndefined()
  })

  it('takes a limit away only by a word', async () => {
    expect((await wires(limits({ body: 'off', ratio: 'off' }))).wires[0]!.limits).toEqual({
      body: Infinity,
      ratio: Infinity,
    })
  })

  it('adds to the limits of an outer one of its kind, and to other wire options', async () => {
    const { wires: sent } = await wires(
      limits({ body: 1000, headers: 2000, name: 'outer' }),
      limits({ body: 500 }),
      tls({ minVersion: 'TLSv1.3' }),
    )
    expect(sent[0]).toMatchObject({ limits: { body: 500, headers: 2000 }, tls: { minVersion: 'TLSv1.3' } })
    expect(sent[1]).toBe(sent[0])
  })

  it.each<[LimitsOptions, string, object]>([
    [{}, 'limits → scripted', {}],
    [
      { body: 10_485_760, ratio: 50, headers: 16_384 },
      'limits(body 10 MiB, ratio 50, headers 16 KiB) → scripted',
      { body: 10_485_760, ratio: 50, headers: 16_384 },
    ],
    [{ body: 1000 }, 'limits(body 1000 B) → scripted', { body: 1000 }],
    [
      { body: 'off', ratio: 'off' },
      'limits(body off, ratio off) → scripted',
      { body: 'off', ratio: 'off', unlimited: 'body, ratio' },
    ],
  ])('shows %o in the plan, for lint too', (options, shown, traits) => {
    expect(traitsOf(options)).toEqual([shown, traits])
  })

  it('makes no pipeline without a limit unless that is acknowledged', () => {
    expect(() => pipeline([limits({ ratio: 'off' })], scriptedTransport(replies(200)))).toThrow(
      expect.objectContaining({ code: 'STACK_LINT', message: expect.stringContaining('(ratio)') }),
    )
  })

  it.each([
    [{ body: 0 }, "limits({ body }) is a whole number from 1 to 9007199254740991, or 'off'"],
    [{ body: Infinity }, "limits({ body }) is a whole number from 1 to 9007199254740991, or 'off'"],
    [{ ratio: 1.5 }, "limits({ ratio }) is a whole number from 1 to 9007199254740991, or 'off'"],
    [{ headers: 16_777_217 }, 'limits({ headers }) is a whole number from 1 to 16777216'],
    [{ headers: 'off' }, 'limits({ headers }) is a whole number from 1 to 16777216'],
  ])('refuses to be made with %o', (options, message) => {
    expect(() => limits(options as LimitsOptions)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID', message }))
  })
})
