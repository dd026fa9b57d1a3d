import { ConfigError } from '@penstock/core'

/** The numbers of a circuit breaker, each as it can work. @throws ConfigError */
export function checked<Given extends Numbers>(given: Given): Given {
  for (const option of ['window', 'openFor', 'maxOpenFor', 'probeLease'] as const)
    if (!(given[option] > 0 && given[option] < Infinity)) throw invalid(given, option, 'milliseconds above zero')
  for (const [option, least] of [
    ['volume', 2],
    ['latest', 10],
    ['probes', 1],
    ['circuits', 1],
  ] as const)
    if (!(Number.isInteger(given[option]) && given[option] >= least))
      throw invalid(given, option, `a whole number from ${least} up`)
  if (given.latest < given.volume) throw invalid(given, 'latest', `at least the volume, ${given.volume}`)
  // opossum opens above its threshold: nothing is above 100 %
  if (!(given.failures >= 0 && given.failures < 100)) throw invalid(given, 'failures', 'percent from 0 to below 100')
  return given
}

type Numbers = Readonly<
  Record<
    'failures' | 'volume' | 'window' | 'latest' | 'probes' | 'openFor' | 'maxOpenFor' | 'probeLease' | 'circuits',
    number
  >
>

const invalid = (given: Numbers, option: keyof Numbers, wanted: string) =>
  new ConfigError('CONFIG_INVALID', `circuitBreaker: ${option} is ${given[option]}: give ${wanted}`)
