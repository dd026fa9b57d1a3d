import { Readable } from 'node:stream'
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import { CallError, toThrow } from '../call-error.ts'
import { decodeText } from '../decode/charset.ts'
import { Edge, type EdgeOptions } from '../edge.ts'
import { Failure } from '../outcome.ts'
import type { Pipeline } from '../pipeline.ts'
import { Result } from '../result.ts'
import { peer } from '../transports/peer.ts'
import { foreignBody } from './foreign-body.ts'
import { foreignRequest } from './foreign-request.ts'

export type AxiosAdapterOptions = EdgeOptions

/**
 * An adapter that carries axios' calls over any stack. A status is judged by `validateStatus`; a call that fails is an
 * AxiosError with our CallError as its `cause`. `responseType` json, text, arraybuffer and stream.
 *
 * @throws ConfigError `MISSING_PEER` when axios is not installed; `CONFIG_INVALID`
 * @example
 * ```ts
 * import { pipeline } from '@penstock/core'
 * import { axiosAdapter } from '@penstock/core/axios'
 * import { gotTransport } from '@penstock/core/got'
 * import { retry, status } from '@penstock/middleware'
 * import axios from 'axios'
 *
 * const http = axios.create({ adapter: axiosAdapter(pipeline([retry(), status()], gotTransport())) })
 * const { data } = await http.get('https://api.example.com/flaky')
 * ```
 */
export function axiosAdapter(pipeline: Pipeline, options: AxiosAdapterOptions = {}): AxiosAdapter {
  const edge = new Edge('axiosAdapter', pipeline, options)
  const axios = peer('axios', 1, 'axiosAdapter') as typeof import('axios').default
  const following = pipeline.plan().layers.filter(({ slot }) => slot === 'follow')
  const unfollowed = Object.fromEntries(following.map(({ name }) => [name, false as const]))

  return async (config) => {
    const { clock } = edge.runtime
    const { AxiosError, CanceledError } = axios
    const aborting = new AbortController()
    const cancel = () => aborting.abort(new CanceledError(undefined, config))
    const late = () =>
      new AxiosError(
        config.timeoutErrorMessage ?? `timeout of ${config.timeout}ms exceeded`,
        config.transitional?.clarifyTimeoutError ? AxiosError.ETIMEDOUT : AxiosError.ECONNABORTED,
        config,
      )
    const timer = config.timeout ? clock.setTimer(() => aborting.abort(late()), config.timeout) : undefined
    void config.cancelToken?.promise.then(cancel)
    if (config.signal?.aborted) cancel()
    config.signal?.addEventListener?.('abort', cancel)
    try {
      return await carried(config, aborting.signal)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      const code = error.kind === 'timeout' ? AxiosError.ETIMEDOUT : AxiosError.ERR_NETWORK
      throw Object.assign(new AxiosError(error.message, code, config), { cause: error })
    } finally {
      if (timer !== undefined) clock.clearTimer(timer)
      config.signal?.removeEventListener?.('abort', cancel)
    }
  }

  async function carried(config: InternalAxiosRequestConfig, signal: AbortSignal): Promise<AxiosResponse> {
    const { AxiosError, AxiosHeaders } = axios
    const url = new URL(axios.getUri(config))
    const { body } = foreignBody(config.data, edge.runtime.chance)
    const request = foreignRequest({
      method: config.method ?? 'get',
      url,
      headers: Object.entries(config.headers.toJSON()).map(([name, value]) => [name, String(value)]),
      body,
      signal,
      options: {
        stream: config.responseType === 'stream',
        ...(config.maxRedirects === 0 && following.length > 0 && { layers: unfollowed }),
      },
    })
    const call = edge.born(request, { origin: url.origin })
    const outcome = await edge.run(call, request)
    if (outcome.failed) throw toThrow(call, outcome)
    const { status, headers } = outcome
    let data: unknown
    if (config.responseType === 'stream')
      data = Readable.from(new Result(call, outcome).stream(), { objectMode: false })
    else {
      const bytes = await outcome.body.read()
      if (bytes instanceof Failure) throw toThrow(call, bytes)
      data =
        config.responseType === 'arraybuffer' ? Buffer.from(bytes) : decodeText(bytes, outcome.header('content-type'))
    }
    const statusText = process.getBuiltinModule('node:http').STATUS_CODES[status] ?? ''
    const given = {
      data,
      status,
      statusText,
      headers: new AxiosHeaders(headers as never),
      config,
      request: call.ledger,
    }
    if (!config.validateStatus || config.validateStatus(status)) return given
    const code = status < 500 ? AxiosError.ERR_BAD_REQUEST : AxiosError.ERR_BAD_RESPONSE
    throw new AxiosError(`Request failed with status code ${status}`, code, config, call.ledger, given)
  }
}
