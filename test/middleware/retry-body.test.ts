import { Readable } from 'node:stream'
import { type Call, bytesBody, type Middleware, Reply, type Transport } from '@penstock/core'
import { replies, scriptedTransport } from '@penstock/core/testing'
import { describe, expect, it } from 'vitest'
import { against, notesOf, ok, refusedConnection, reset } from '../support/retried.ts'

describe('a body from a stream', () => {
  const pieces = ['one ', 'two ', 'three']

  /** Reads as many pieces as it is told, then breaks; when it is not told, reads all and answers with what it read. */
  function reader(...reads: readonly number[]) {
    const got: string[][] = []
    const transport: Transport = {
      name: 'reader',
      close: async () => {},
      async send(call) {
        const most = reads[got.length] ?? Infinity
        const read: string[] = []
        got.push(read)
        const { body } = call
        if (body.kind !== 'once') throw new TypeError(`a ${body.kind} body`)
        const source = body.open()[Symbol.asyncIterator]()
        while (read.length < most) {
          const { done, value } = await source.next()
          if (done) return replies(200, {}, read.join(''))(call)
          read.push(Buffer.from(value).toString())
        }
        return reset(call)
      },
    }
    return { transport, got }
  }

  /** Reads the first piece. */
  async function begin({ body }: Call<any>) {
    if (body.kind !== 'once') throw new TypeError(`a ${body.kind} body`)
    const source = body.open()[Symbol.asyncIterator]()
    await source.next()
  }

  function stream() {
    const closed: string[] = []
    async function* give() {
      try {
        for (const piece of pieces) yield Buffer.from(piece)
        closed.push('read to the end')
      } finally {
        closed.push('closed')
      }
    }
    return { body: give(), closed }
  }

  it('is sent again from what was kept, and then from the rest', async () => {
    const { transport, got } = reader(2, 1, 3)
    const { body, closed } = stream()
    await against(transport).outcome({ method: 'PUT', body })
    expect({ got, closed }).toEqual({
      got: [['one ', 'two '], ['one '], pieces, pieces],
      closed: ['read to the end', 'closed'],
    })
  })

  it('keeps the length that was given', async () => {
    const lengths: unknown[] = []
    const transport: Transport = {
      name: 'length',
      close: async () => {},
      async send(call) {
        lengths.push(call.body.kind === 'once' && call.body.length)
        return lengths.length === 1 ? reset(call) : ok(call)
      },
    }
    const body = { kind: 'once', length: 13, spent: false, open: () => stream().body } as const
    await against(transport).outcome({ method: 'PUT', body })
    expect(lengths).toEqual([13, 13])
  })

  it.each([
    [13, 2],
    [12, 1],
  ])('of 13 bytes with buffer: %d is sent %d times', async (buffer, times) => {
    const { transport, got } = reader(3)
    const { body, closed } = stream()
    await against(transport, { buffer }).outcome({ method: 'PUT', body })
    expect({ times: got.length, closed: closed.at(-1) }).toEqual({ times, closed: 'closed' })
  })

  it('that outgrows the buffer is sent whole all the same', async () => {
    const { transport, got } = reader()
    const { body } = stream()
    const answer = await against(transport, { buffer: 3 }).outcome({ method: 'PUT', body })
    expect({ got, failed: answer.failed }).toEqual({ got: [pieces], failed: false })
  })

  it('that outgrew the buffer is a single attempt: non_replayable', async () => {
    const { transport } = reader(2)
    let call: Call<any> | undefined
    const keep: Middleware = (given, next) => next((call = given))
    await against(transport, { buffer: 5 }, [keep]).outcome({ method: 'PUT', body: stream().body })
    expect(notesOf(call!)).toEqual([{ id: 'retry.non_replayable', attempt: 1, buffer: 5, code: 'CONNECTION_RESET' }])
  })

  it('whose length is known to be too much is not kept', async () => {
    const { transport, got } = reader(1)
    const body = { kind: 'once', length: 14, spent: false, open: () => stream().body } as const
    await against(transport, { buffer: 13 }).outcome({ method: 'PUT', body })
    expect(got.length).toBe(1)
  })

  it('of 16 MiB is kept by default', async () => {
    const { transport, got } = reader(1)
    const body = { kind: 'once', length: 16 * 1024 * 1024, spent: false, open: () => stream().body } as const
    await against(transport).outcome({ method: 'PUT', body })
    expect(got.length).toBe(2)
    const more = reader(1)
    await against(more.transport).outcome({ method: 'PUT', body: { ...body, length: body.length + 1 } })
    expect(more.got.length).toBe(1)
  })

  it('that fails fails again at the same place', async () => {
    async function* broken() {
      yield Buffer.from('one ')
      throw new Error('the disk is gone')
    }
    const seen: string[] = []
    const transport: Transport = {
      name: 'tells',
      close: async () => {},
      async send(call) {
        try {
          if (call.body.kind === 'once')
            for await (const piece of call.body.open()) seen.push(Buffer.from(piece).toString())
        } catch (error) {
          seen.push((error as Error).message)
        }
        return reset(call)
      },
    }
    await against(transport, { retries: 1 }).outcome({ method: 'PUT', body: broken() })
    expect(seen).toEqual(['one ', 'the disk is gone', 'one ', 'the disk is gone'])
  })

  it('is closed when the call ends before it was opened, half read, or waited for', async () => {
    const never: Transport = { name: 'never', close: async () => {}, send: async (call) => refusedConnection(call) }
    const waited = new Readable({ read() {} })
    const unread = Readable.from(['x'])
    const half = stream()
    const waits: Transport = {
      name: 'waits',
      close: async () => {},
      async send(call) {
        void begin(call).catch(() => {})
        return reset(call)
      },
    }
    await against(never, { retries: 1 }).outcome({ method: 'PUT', body: unread })
    await against(waits, { retries: 1 }).outcome({ method: 'PUT', body: waited })
    await against(reader(1, 1).transport, { retries: 1 }).outcome({ method: 'PUT', body: half.body })
    expect([unread.destroyed, waited.destroyed, half.closed]).toEqual([true, true, ['closed']])
  })

  it('stays open while its answer is still being read', async () => {
    const { body, closed } = stream()
    const over: (() => void)[] = []
    const transport: Transport = {
      name: 'duplex',
      close: async () => {},
      async send(call) {
        await begin(call)
        return new Reply(200, {}, { ...bytesBody(Buffer.from('x')), whenOver: (tell) => void over.push(tell) })
      },
    }
    await against(transport).outcome({ method: 'PUT', body, stream: true })
    const during = [...closed]
    for (const tell of over) tell()
    await new Promise((resolve) => setImmediate(resolve))
    expect([during, closed]).toEqual([[], ['closed']])
  })

  it('is closed when a bug is thrown', async () => {
    const { body, closed } = stream()
    const transport: Transport = {
      name: 'bug',
      close: async () => {},
      async send(call) {
        await begin(call)
        throw new RangeError('bug')
      },
    }
    await expect(against(transport).outcome({ method: 'PUT', body })).rejects.toThrow('bug')
    expect(closed).toEqual(['closed'])
  })

  it('does not end for an attempt that is over as if it were whole', async () => {
    const ends: string[] = []
    let first: AsyncIterator<Uint8Array> | undefined
    const transport: Transport = {
      name: 'stale',
      close: async () => {},
      async send(call) {
        if (call.body.kind !== 'once') throw new TypeError('not once')
        const source = call.body.open()[Symbol.asyncIterator]()
        await source.next()
        if (first === undefined) {
          first = source
          return reset(call)
        }
        await first.next().then(
          ({ done }) => ends.push(done ? 'ended' : 'a piece'),
          (error: Error) => ends.push(error.message),
        )
        return ok(call)
      },
    }
    await against(transport).outcome({ method: 'PUT', body: stream().body })
    expect(ends).toEqual(['The body was opened again: an earlier attempt still reads it'])
  })

  it.each([
    [{}, {}, false],
    [{ retries: 0 }, {}, true],
    [{}, { repeatable: 'never' }, true],
  ] as const)('with %j and %j is kept only if it may be sent again', async (options, request, spent) => {
    const seen: boolean[] = []
    const transport: Transport = {
      name: 'looks',
      close: async () => {},
      async send(call) {
        await begin(call)
        seen.push(call.body.kind === 'once' && call.body.spent)
        return ok(call)
      },
    }
    await against(transport, options).outcome({ method: 'PUT', body: stream().body, ...request })
    expect(seen).toEqual([spent])
  })

  it('that is spent when it comes is refused by the core, and not opened', async () => {
    const open = () => {
      throw new RangeError('opened')
    }
    const outcome = await against(scriptedTransport(ok)).outcome({
      method: 'PUT',
      body: { kind: 'once', length: undefined, spent: true, open },
    })
    expect(outcome).toMatchObject({ failed: true, code: 'BODY_SPENT' })
  })

  it('that outgrew the buffer cannot be opened again', async () => {
    const transport: Transport = {
      name: 'twice',
      close: async () => {},
      async send(call) {
        await begin(call)
        await begin(call)
        return ok(call)
      },
    }
    await expect(against(transport, { buffer: 1 }).outcome({ method: 'PUT', body: stream().body })).rejects.toThrow(
      'A body that can be read once was opened twice: a repeater must ask canSend(body)',
    )
  })

  it('cannot be read when the call is over', async () => {
    let source: AsyncIterator<Uint8Array> | undefined
    const transport: Transport = {
      name: 'keeps',
      close: async () => {},
      async send(call) {
        if (call.body.kind === 'once') source = call.body.open()[Symbol.asyncIterator]()
        await source!.next()
        return ok(call)
      },
    }
    await against(transport).outcome({ method: 'PUT', body: stream().body })
    await expect(source!.next()).rejects.toThrow('The body was opened again: an earlier attempt still reads it')
  })

  it('whose iterator has no return() is let go all the same', async () => {
    const body = { [Symbol.asyncIterator]: () => ({ next: async () => ({ done: false, value: Buffer.from('x') }) }) }
    const { transport } = reader(1, 1)
    const outcome = await against(transport, { retries: 1 }).outcome({ method: 'PUT', body: body as never })
    expect(outcome.verdict).toBe('network')
  })

  it('that can be opened anew is opened anew', async () => {
    let opened = 0
    const open = () => {
      opened++
      return stream().body
    }
    await against(scriptedTransport(reset, ok)).outcome({ method: 'PUT', body: open })
    expect(opened).toBe(2)
  })
})
