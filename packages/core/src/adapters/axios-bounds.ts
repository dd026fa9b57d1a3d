import type { Readable } from 'node:stream'
import type { AxiosStatic, InternalAxiosRequestConfig } from 'axios'
import type { Clock } from '../clock.ts'

/** What can end a call of axios early: its `signal`, its `cancelToken`, its `timeout`. */
export type AxiosBounds = {
  /** Aborted with what axios is to be thrown. */
  readonly signal: AbortSignal
  /** Let go of everything: no timer and no listener is left. */
  end(): void
  /** Hold until the stream is closed, and destroy it when they bite. */
  endWith(stream: Readable): void
}

export function axiosBounds(axios: AxiosStatic, config: InternalAxiosRequestConfig, clock: Clock): AxiosBounds {
  const { AxiosError, CanceledError } = axios
  const { cancelToken, signal: given, timeout } = config
  const aborting = new AbortController()
  const { signal } = aborting
  const abort = (reason: unknown) => aborting.abort(reason)
  const cancel = () => abort(new CanceledError(undefined, config))
  const late = () =>
    abort(
      new AxiosError(
        config.timeoutErrorMessage ?? `timeout of ${timeout}ms exceeded`,
        config.transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED,
        config,
      ),
    )
  const timer = timeout ? clock.setTimer(late, timeout) : undefined
  cancelToken?.subscribe(abort)
  if (given?.aborted) cancel()
  given?.addEventListener?.('abort', cancel)

  function end(): void {
    if (timer !== undefined) clock.clearTimer(timer)
    cancelToken?.unsubscribe(abort)
    given?.removeEventListener?.('abort', cancel)
  }

  return {
    signal,
    end,
    endWith(stream) {
      const destroy = stream.destroy.bind(stream)
      const cut = () => void destroy(signal.reason as Error)
      // one that its reader lets go of may wait for a piece that never comes, and is closed only then
      stream.destroy = (error) => {
        signal.removeEventListener('abort', cut)
        aborting.abort()
        return destroy(error)
      }
      signal.addEventListener('abort', cut)
      if (signal.aborted) cut()
      stream.once('close', end)
    },
  }
}
