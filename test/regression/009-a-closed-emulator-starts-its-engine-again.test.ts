/** Pictures that still waited in the row when the emulator closed started a worker that nobody ended: no process exited. */
import { EventEmitter } from 'node:events'
import { expect, it, vi } from 'vitest'
import { reader } from '../../packages/ocr/src/emulator/tesseract.ts'

let made = 0

vi.mock('../../packages/ocr/node_modules/tesseract.js', () => ({
  default: {
    OEM: {},
    PSM: {},
    createWorker: async () => {
      made += 1
      return {
        worker: new EventEmitter(),
        setParameters: async () => {},
        terminate: async () => {},
        recognize: () => new Promise(() => {}),
      }
    },
  },
}))

it('A closed engine reads nothing more, and starts no worker for what still waits', async () => {
  const english = reader('eng')
  const reads = [english.read(new Uint8Array()), english.read(new Uint8Array())]
  await vi.waitUntil(() => made === 1)
  const ended = Promise.allSettled(reads)
  await english.close()

  expect((await ended).map((read) => read.status === 'rejected' && read.reason.message)).toEqual([
    'Error: the engine is closed',
    'the engine is closed',
  ])
  expect(made).toBe(1)
})
