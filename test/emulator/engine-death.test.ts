import { EventEmitter } from 'node:events'
import { startEmulator } from '@penstock/ocr/emulator'
import { expect, it, vi } from 'vitest'
import { drawLines } from '../support/draw-lines.ts'
import { emulatorClient } from '../support/emulator-client.ts'

const threads: EventEmitter[] = []

vi.mock('../../packages/ocr/node_modules/tesseract.js', () => ({
  default: {
    OEM: {},
    PSM: {},
    createWorker: async () => {
      const worker = new EventEmitter()
      threads.push(worker)
      const isFirst = threads.length <= 2
      return {
        worker,
        setParameters: async () => {},
        terminate: async () => {},
        async recognize() {
          if (!isFirst) return { data: { blocks: [] } }
          queueMicrotask(() => worker.emit('error', new Error('out of memory')))
          return new Promise(() => {})
        },
      }
    },
  },
}))

it('An engine that dies is an answer of 282000, and the next picture has a new one', async () => {
  await using emulator = await startEmulator()
  const client = emulatorClient(emulator)
  const image = drawLines(['Harbour']).toString('base64')
  const died = await client.recognize({ image })
  const next = await client.recognize({ image })

  expect([died.json, next.json.words_result, threads.length]).toEqual([
    { log_id: expect.any(Number), error_code: 282000, error_msg: 'internal error' },
    [],
    4,
  ])
})
