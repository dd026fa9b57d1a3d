/** Stacks of the peers over a terminal that answers at once: none of them, and eight. */
import { answer, type Chain, type Send, terminal } from './chain.ts'

const times = <Thing>(count: number, thing: Thing): Thing[] => Array.from({ length: count }, () => thing)

type Closure = (next: Send) => Send
const folded = (layers: readonly Closure[]): Send => layers.reduceRight((next, layer) => layer(next), terminal)
const through: Closure = (next) => (call) => next(call)
const around: Closure = (next) => async (call) => {
  const reply = await next(call)
  return reply
}

const koaAround: Chain = async (count) => {
  const { default: compose } = await import('koa-compose')
  const stack = compose(
    times(count, async (_: object, next: () => Promise<unknown>) => {
      const reply = await next()
      return reply
    }) as never[],
  ) as unknown as (call: object, last: () => Promise<unknown>) => Promise<unknown>
  return (call) => stack(call, () => terminal(call))
}

const azure =
  (waits: boolean): Chain =>
  async (count) => {
    const { createEmptyPipeline } = await import('@azure/core-rest-pipeline')
    const pipeline = createEmptyPipeline()
    for (let index = 0; index < count; index++) {
      const name = `layer${index}`
      if (!waits) pipeline.addPolicy({ name, sendRequest: (request, next) => next(request) })
      else
        pipeline.addPolicy({
          name,
          async sendRequest(request, next) {
            const reply = await next(request)
            return reply
          },
        })
    }
    const client = { sendRequest: terminal as never }
    return (call) => pipeline.sendRequest(client, call as never)
  }

/** Its clients resolve the stack at every call. */
const smithy: Chain = async (count) => {
  const { constructStack } = await import('@smithy/middleware-stack')
  const stack = constructStack<object, any>()
  const steps = ['initialize', 'serialize', 'build', 'finalizeRequest'] as const
  for (let index = 0; index < count; index++)
    stack.add(around as never, { step: steps[index % steps.length]!, name: `layer${index}` } as never)
  return (call) => stack.resolve(terminal as never, {})(call as never)
}

const cockatielNoop: Chain = async (count) => {
  const { noop, wrap } = await import('cockatiel')
  if (count === 0) return terminal
  const policy = wrap(...times(count, noop))
  return (call) => policy.execute(() => terminal(call))
}

/** All five it has, where the others have eight. */
const cockatielFive: Chain = async (count) => {
  const { bulkhead, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, fallback, handleAll, retry } =
    await import('cockatiel')
  const { timeout, TimeoutStrategy, wrap } = await import('cockatiel')
  if (count === 0) return terminal
  const policy = wrap(
    fallback(handleAll, answer),
    retry(handleAll, { maxAttempts: 3, backoff: new ExponentialBackoff() }),
    circuitBreaker(handleAll, { halfOpenAfter: 10_000, breaker: new ConsecutiveBreaker(5) }),
    timeout(10_000, TimeoutStrategy.Cooperative),
    bulkhead(64),
  )
  return (call) => policy.execute(() => terminal(call))
}

export const chains: Readonly<Record<string, Chain>> = {
  'closures, passing through': async (count) => folded(times(count, through)),
  'closures, async': async (count) => folded(times(count, around)),
  'koa-compose, async': koaAround,
  '@azure/core-rest-pipeline, passing through': azure(false),
  '@azure/core-rest-pipeline, async': azure(true),
  'smithy, async': smithy,
  'cockatiel, eight noop': cockatielNoop,
  'cockatiel, its five policies': cockatielFive,
}
