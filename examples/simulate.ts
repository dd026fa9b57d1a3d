/**
 * What a stack makes of a server in trouble, before the server is: the default stack, and the same with
 * adaptiveConcurrency, in virtual time. `node examples/simulate.ts zh` tells it in Chinese.
 */
import { pipeline } from '@penstock/core'
import { brownout, outage, partialFailure, rateLimited, simulate } from '@penstock/core/testing'
import { adaptiveConcurrency, defaultStack } from '@penstock/middleware'

const options = {
  scenarios: [outage(), partialFailure(), brownout(), rateLimited()],
  clients: [1, 200],
  rate: 80,
  capacity: 100,
  queue: 300,
}
const lang = process.argv[2] === 'zh' ? 'zh' : 'en'
const color = process.stdout.isTTY

console.log('The default stack, an attempt of 1 s, a call of 10 s\n')
const plain = await simulate(
  (transport) => pipeline([...defaultStack({ deadline: 10_000, timeout: 1000 })], transport),
  options,
)
console.log(plain.text({ lang, color }))

console.log('\n\nThe same with adaptiveConcurrency\n')
const adaptive = await simulate(
  (transport) =>
    pipeline([...defaultStack({ deadline: 10_000, timeout: 1000 })], transport).insert(adaptiveConcurrency()),
  { ...options, scenarios: [brownout()], clients: [1] },
)
console.log(adaptive.text({ lang, color }))

const keptBy = ({ rows }: typeof plain) =>
  rows.find(({ scenario, clients }) => scenario.fault.capacity === 50 && clients === 1)?.goodputInFault ?? NaN
const percent = (share: number) => `${Math.round(share * 100)} %`
console.log(
  `\nOf the calls begun in the brown-out ${percent(keptBy(adaptive))} go well, without it ${percent(keptBy(plain))}.`,
)
