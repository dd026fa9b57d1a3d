import { ConfigError } from '@penstock/core'
import { periods } from './period.ts'

type Options = {
  readonly limit?: number
  readonly per?: 'day' | 'total'
  readonly zone?: string
  readonly whenGone?: 'share' | 'refuse'
  readonly warnAt?: number
  readonly keys?: number
  readonly store?: unknown
  readonly redis?: unknown
}

/** Options with their defaults. @throws ConfigError when one has a value that cannot work */
export function checked({ limit = Infinity, per = 'day', zone = 'UTC', ...rest }: Options) {
  const { whenGone = 'share', warnAt = 0.8, keys = 1024, store, redis } = rest
  if (!(typeof limit === 'number' && limit >= 1)) throw invalid(`limit is ${limit}: give a number from 1 up`)
  if (per !== 'day' && per !== 'total') throw invalid(`per is ${String(per)}: give 'day' or 'total'`)
  if (whenGone !== 'share' && whenGone !== 'refuse')
    throw invalid(`whenGone is ${String(whenGone)}: give 'share' or 'refuse'`)
  if (!(warnAt > 0 && warnAt <= 1)) throw invalid(`warnAt is ${warnAt}: give a part of the limit, from 0 to 1`)
  if (!(keys >= 1)) throw invalid(`keys is ${keys}: give a number from 1 up`)
  if (store !== undefined && redis !== undefined) throw invalid('store and redis are both given: give one')
  return { limit, per, whenGone, warnAt, keys, periodAt: periodsOf(per, zone) }
}

function periodsOf(per: 'day' | 'total', zone: string) {
  try {
    return periods(per, zone)
  } catch {
    throw invalid(`zone is ${zone}: give an IANA name, Asia/Shanghai say`)
  }
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `quota: ${because}`)
