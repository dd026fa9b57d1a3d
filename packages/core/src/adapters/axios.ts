import { Readable } from 'node:stream'
import type { AxiosAdapter, AxiosResponse, InternalAxiosRequestConfig } from 'axios'
import type { Call } from '../call.ts'
import { CallError, toThrow } from '../call-error.ts'
import { decodeText } from '../decode/charset.ts'
import { Edge, type EdgeOptions } from '../edge.ts'
import { Failure } from '../outcome.ts'
import type { Pipeline } from '../pipeline.ts'
import { rememberLedger } from '../recorder/ledger-of.ts'
import type { Reply } from '../reply.ts'
import { Result } from '../result.ts'
import { peer } from '../transports/peer.ts'
import { axiosBasic } from './axios-basic.ts'
import { axiosBounds } from './axios-bounds.ts'
import { type AxiosProgress, axiosProgress } from './axios-progress.ts'
import { foreignBody } from './foreign-body.ts'
import { foreignRequest } from './foreign-request.ts'

export type AxiosAdapterOptions = EdgeOptions

/**
 * An adapter that carries axios' calls over any stack. A status is judged by `validateStatus`; a call that fails is an
 * AxiosError with our CallError as its `cause`. `responseType` json, text, arraybuffer and stream: a stream is bounded by
 * `signal`, `cancelToken` and `timeout` until it is closed. `explain()` and `ledgerOf()` know the response and the error.
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
    const bounds = axiosBounds(axios, config, edge.runtime.clock)
    let response: AxiosResponse
    try {
      response = await carried(config, bounds.signal)
    } catch (error) {
      bounds.end()
      throw failed(error, config)
    }
    if (response.data instanceof Readable) bounds.endWith(response.data)
    else bounds.end()
    const { status, request } = response
    if (!config.validateStatus || config.validateStatus(status)) return response
    const { ERR_BAD_REQUEST, ERR_BAD_RESPONSE } = axios.AxiosError
    const code = status >= 400 && status < 500 ? ERR_BAD_REQUEST : ERR_BAD_RESPONSE
    const error = new axios.AxiosError(`Request failed with status code ${status}`, code, config, request, response)
    rememberLedger(error, request)
    throw error
  }

  async function carried(config: InternalAxiosRequestConfig, signal: AbortSignal): Promise<AxiosResponse> {
    const { clock, chance } = edge.runtime
    const { onUploadProgress, onDownloadProgress, maxContentLength = -1 } = config
    const url = new URL(axios.getUri(config))
    const upload = onUploadProgress && axiosProgress(onUploadProgress, 'upload', clock)
    const download = onDownloadProgress && axiosProgress(onDownloadProgress, 'download', clock)
    const { body, contentType } = foreignBody(config.data, chance)
    const request = foreignRequest({
      method: config.method ?? 'get',
      url,
      headers: headersOf(config, contentType, axiosBasic(config, url)),
      body,
      signal,
      options: {
        stream: config.responseType === 'stream',
        ...(upload && { onUpload: upload.heard }),
        ...(download && { onDownload: download.heard }),
        ...(config.maxRedirects === 0 && following.length > 0 && { layers: unfollowed }),
      },
    })
    const born = edge.born(request, { origin: url.origin })
    const call = maxContentLength >= 0 && maxContentLength < usual ? limited(born, maxContentLength) : born
    const outcome = await edge.run(call, request)
    upload?.flush()
    if (outcome.failed) throw toThrow(call, outcome)
    const { status, headers } = outcome
    const made: AxiosResponse = {
      data:
        config.responseType === 'stream'
          ? Readable.from(pieces(call, outcome, config, download), { objectMode: false })
          : await whole(call, outcome, config, download),
      status,
      statusText: process.getBuiltinModule('node:http').STATUS_CODES[status] ?? '',
      headers: new axios.AxiosHeaders(headers as never),
      config,
      request: call.ledger,
    }
    rememberLedger(made, call.ledger)
    return made
  }

  async function whole(call: Call, reply: Reply, config: InternalAxiosRequestConfig, download?: AxiosProgress) {
    const bytes = await reply.body.read()
    download?.flush()
    if (bytes instanceof Failure) throw toThrow(call, bytes)
    if (exceeds(bytes.length, config)) throw tooLarge(config)
    return config.responseType === 'arraybuffer' ? Buffer.from(bytes) : decodeText(bytes, reply.header('content-type'))
  }

  async function* pieces(call: Call, reply: Reply, config: InternalAxiosRequestConfig, download?: AxiosProgress) {
    let size = 0
    try {
      for await (const piece of new Result(call, reply).stream()) {
        if (exceeds((size += piece.length), config)) throw tooLarge(config)
        yield piece
      }
    } catch (error) {
      throw failed(error, config)
    } finally {
      download?.flush()
    }
  }

  /** As axios throws it; a cancellation, and what is no failure of a call, as it is. */
  function failed(error: unknown, config: InternalAxiosRequestConfig): unknown {
    if (!(error instanceof CallError)) return error
    const { ETIMEDOUT, ERR_NETWORK } = axios.AxiosError
    const made =
      error.code === 'BODY_TOO_LARGE'
        ? tooLarge(config, error.message)
        : new axios.AxiosError(error.message, error.kind === 'timeout' ? ETIMEDOUT : ERR_NETWORK, config)
    rememberLedger(made, error.ledger)
    return Object.assign(made, { cause: error })
  }

  function tooLarge(config: InternalAxiosRequestConfig, otherwise = '') {
    const { maxContentLength = -1 } = config
    const message = maxContentLength < 0 ? otherwise : `maxContentLength size of ${maxContentLength} exceeded`
    return new axios.AxiosError(message, axios.AxiosError.ERR_BAD_RESPONSE, config)
  }
}

/** Bytes of a body that come at most unless `limits` says otherwise; `maxContentLength` lowers it and never raises it. */
const usual = 67_108_864

/** What is too much is cut on the wire, before layers take it in. */
const limited = (call: Call, body: number): Call => call.with({ wire: { limits: { body } } })

const exceeds = (size: number, { maxContentLength = -1 }: InternalAxiosRequestConfig) =>
  maxContentLength >= 0 && size > maxContentLength

function headersOf(
  { headers }: InternalAxiosRequestConfig,
  contentType: string | undefined,
  authorization: string | undefined,
): (readonly [string, string])[] {
  // axios names a form before there is a boundary
  const ours = {
    ...(contentType?.startsWith('multipart/') && { 'content-type': contentType }),
    ...(authorization !== undefined && { authorization }),
  }
  const own = Object.entries(headers.toJSON()).map(([name, value]) => [name, String(value)] as const)
  return [...own.filter(([name]) => !Object.hasOwn(ours, name.toLowerCase())), ...Object.entries(ours)]
}
