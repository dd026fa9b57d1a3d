import { HttpRequestInterceptor } from '@mswjs/interceptors/http'
import type { AnyHandler } from 'msw'
import { defineNetwork, InterceptorSource, type NetworkApi } from 'msw/experimental'
import { afterAll, afterEach, beforeAll } from 'vitest'

/**
 * A network of handlers, for both transports. msw's `setupServer()` patches clients, and sees none of undici's requests;
 * this one works below them, on the socket. What no handler answers is an error: nothing leaves the machine.
 */
export function useNetwork(...handlers: AnyHandler[]): NetworkApi<[InterceptorSource]> {
  const network = defineNetwork({
    sources: [new InterceptorSource({ interceptors: [new HttpRequestInterceptor()] })],
    handlers,
    onUnhandledFrame: 'error',
    context: { quiet: true },
  })
  beforeAll(() => network.enable())
  afterEach(() => network.resetHandlers())
  afterAll(() => network.disable())
  return network
}
