import { ConfigError } from '@penstock/core'

/** @throws ConfigError for a limit that is no whole number from 1 up, or anything else below zero */
export function checked(name: string, numbers: Readonly<Record<string, number>>): void {
  for (const [option, value] of Object.entries(numbers)) {
    const wanted = option === 'limit' ? 'a whole number from 1 up' : 'a number from zero up'
    const least = option === 'limit' ? 1 : 0
    if (typeof value !== 'number' || !(value >= least) || (option === 'limit' && !Number.isInteger(value)))
      throw new ConfigError('CONFIG_INVALID', `${name}: ${option} is ${String(value)}: give ${wanted}`)
  }
}
