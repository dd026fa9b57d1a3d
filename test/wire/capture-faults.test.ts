/** Every fault again, while it is taken down: what is concluded is the same, and the file can be read. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture, type Capture } from '@penstock/core/diagnose'
import { gotTransport } from '@penstock/core/got'
import { undiciTransport } from '@penstock/core/undici'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { faults } from '../faults/faults.ts'
import { penstockCall } from '../faults/penstock-call.ts'
import { tshark } from '../support/tshark.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'capture-'))
})
afterAll(() => rm(folder, { recursive: true }))

describe.each([
  ['got', gotTransport],
  ['undici', undiciTransport],
] as const)('%s', (transport, make) => {
  let tape: Capture
  beforeAll(async () => {
    tape = await capture({ file: join(folder, `${transport}.pcapng`), consent: true, warn: () => {} })
  })
  afterAll(() => tape.close())

  // where the machine itself stands still for long, another cause is the true one: such a run is made again
  test.each(faults)('$number: $name', { retry: 2 }, async ({ cause, arrange }) => {
    await using scene = await arrange()
    const { conclusion } = await penstockCall(make, scene.faulty, 'wire')
    const cured = await penstockCall(make, await scene.cured(), 'wire')
    expect({ cause: conclusion?.cause, left: cured.error }).toEqual({ cause, left: undefined })
  })

  test('what was taken down of them holds no packet that cannot be read', async () => {
    await tape.close()
    expect(tape.packets).toBeGreaterThan(1000)
    expect(await tshark(tape.file, ['frame.number', '_ws.expert.message'], '-Y', '_ws.malformed')).toEqual([])
  })
})
