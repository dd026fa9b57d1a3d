import {
  andThen,
  type Call,
  layer,
  type Layer,
  type Middleware,
  type Next,
  type Outcome,
  pipeline,
} from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { status } from '@penstock/middleware'
import { expectTypeOf, it } from 'vitest'

it('infers what a layer is called, gives and needs', () => {
  const gives = layer({
    name: 'tenant',
    slot: 'identify',
    gives: ['tenant'],
    run: (call, next) => next(call, { tenant: 'acme' }),
  })
  expectTypeOf(gives).toEqualTypeOf<Layer<'tenant', 'identify', {}, { readonly tenant: 'acme' }, 'neither', never>>()
  const needs = layer({
    name: 'audit',
    slot: 'seal',
    needs: ['tenant'],
    run: (call: Call<{ tenant: string }>, next) => next(call.withHeader('x-tenant', call.context.tenant)),
  })
  expectTypeOf(needs).toEqualTypeOf<Layer<'audit', 'seal', { tenant: string }, never, 'neither', never>>()
  pipeline([gives, needs], scriptedTransport(replies(200)))
})

it('infers a name that is given, and one that is not', () => {
  expectTypeOf(status().name).toEqualTypeOf<'status'>()
  expectTypeOf(status({ name: 'judge' }).name).toEqualTypeOf<'judge'>()
  expectTypeOf(status({}).name).toEqualTypeOf<'status'>()
})

it('refuses a layer that forgets its outcome', () => {
  const forgets = async (call: Call, next: Next) => {
    await next(call)
  }
  expectTypeOf(forgets).not.toExtend<Middleware>()
  // @ts-expect-error: nothing is returned
  layer({ name: 'forgets', slot: 'wire', run: forgets })
})

it('counts a gift that is not listed as nobody’s', () => {
  const gives = layer({ name: 'tenant', slot: 'identify', run: (call, next) => next(call, { tenant: 'acme' }) })
  expectTypeOf(gives).toEqualTypeOf<Layer<'tenant', 'identify', {}, never, 'neither', never>>()
})

it('asks for what the function after an outcome asks for, and passes gifts on', () => {
  const after = (outcome: Outcome, _: Call<any>, of: number) => (of > 0 ? outcome : outcome)
  const run = (call: Call, next: Next) => andThen<number, { tenant: string }>(next, call, after, 1)
  expectTypeOf(layer({ name: 'tenant', slot: 'identify', gives: ['tenant'], run })).toEqualTypeOf<
    Layer<'tenant', 'identify', {}, { tenant: string }, 'neither', never>
  >()
  // @ts-expect-error: the function asks for a number
  const forgets = (call: Call, next: Next) => andThen(next, call, after)
  expectTypeOf(forgets).toBeFunction()
})
