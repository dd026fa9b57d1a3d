import { type EmulatorOptions, startEmulator } from '@penstock/ocr/emulator'
import { describe, expect, it } from 'vitest'
import { emulatorClient } from '../support/emulator-client.ts'
import { handClock } from '../support/hand-clock.ts'

/** The codes of calls at these milliseconds: 216101 (no picture) is a call that passed. */
const codesAt = async (options: EmulatorOptions, moments: readonly number[], endpoint = () => 'general_basic') => {
  const clock = handClock()
  await using emulator = await startEmulator({ ...options, clock })
  const client = emulatorClient(emulator)
  const codes: number[] = []
  let at = 0
  for (const moment of moments) {
    clock.advance(moment - at)
    at = moment
    codes.push((await client.recognize({}, endpoint())).json.error_code)
  }
  return codes
}
const passed = 216101

describe('requests a second', () => {
  it('are counted over the last second, refused ones left out', async () => {
    expect(await codesAt({ qps: 2 }, [0, 600, 700, 999, 1000, 1599, 1600])).toEqual([
      passed,
      passed,
      18,
      18,
      passed,
      18,
      passed,
    ])
  })

  it('are counted in the clock’s seconds when the window is fixed', async () => {
    expect(await codesAt({ qps: 2, window: 'fixed' }, [800, 900, 999, 1000, 1001, 1002])).toEqual([
      passed,
      passed,
      18,
      passed,
      passed,
      18,
    ])
  })

  it('drip back one by one into a bucket', async () => {
    expect(await codesAt({ qps: 2, window: 'bucket' }, [0, 0, 0, 499, 500, 501])).toEqual([
      passed,
      passed,
      18,
      18,
      passed,
      18,
    ])
  })

  it('are each endpoint’s own', async () => {
    const endpoints = ['general_basic', 'accurate_basic', 'general_basic']

    expect(await codesAt({ qps: 1 }, [0, 0, 0], () => endpoints.shift()!)).toEqual([passed, passed, 18])
  })
})

describe('requests a day', () => {
  it('are refused beyond the quota until midnight in Shanghai', async () => {
    const midnight = 12 * 3_600_000

    expect(await codesAt({ daily: 2 }, [0, 0, 0, midnight - 1, midnight])).toEqual([passed, passed, 17, 17, passed])
  })
})

describe('the vendor’s sentences', () => {
  it.each([
    [{ qps: 0 }, { error_code: 18, error_msg: 'Open api qps request limit reached' }, 200],
    [{ daily: 0 }, { error_code: 17, error_msg: 'Open api daily request limit reached' }, 200],
    [{ qps: 0, strictHttpStatus: true }, { error_code: 18, error_msg: 'Open api qps request limit reached' }, 429],
  ])('under %o', async (options, body, status) => {
    await using emulator = await startEmulator(options)
    const answer = await emulatorClient(emulator).recognize({})

    expect([answer.json, answer.status]).toEqual([body, status])
  })
})
