import { ConfigError, type Endpoint } from '@penstock/core'

/** @throws ConfigError for values that cannot work */
export function check(options: {
  readonly limit: number | undefined
  readonly window: number
  readonly guard: number
  readonly maxQueue: number
  readonly keys: number
  readonly headers: string
}): void {
  const { limit, window, guard, maxQueue, keys, headers } = options
  if (limit !== undefined && !(typeof limit === 'number' && limit > 0 && limit < Infinity))
    throw invalid(`limit is ${limit}: give a number above zero`)
  if (!(window > 0 && window < Infinity)) throw invalid(`window is ${window}: give milliseconds above zero`)
  if (!(guard >= 0 && guard <= window)) throw invalid(`guard is ${guard}: give milliseconds, the window's at most`)
  if (!(maxQueue >= 0)) throw invalid(`maxQueue is ${maxQueue}: give a number from 0 up`)
  if (!(keys >= 1)) throw invalid(`keys is ${keys}: give a number from 1 up`)
  if (!['heed', 'follow', 'ignore'].includes(headers))
    throw invalid(`headers is ${headers}: give heed, follow or ignore`)
}

/**
 * An endpoint tells its limit by the second.
 *
 * @throws ConfigError when it is none
 */
export function ownLimit(endpoint: Endpoint | undefined, window: number): number | undefined {
  if (endpoint?.qps === undefined) return undefined
  const { id, qps } = endpoint
  if (!(typeof qps === 'number' && qps > 0 && qps < Infinity))
    throw invalid(`${id} has qps ${qps}: give a number above zero`)
  return (qps * window) / 1000
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `rateLimit: ${because}`)
