import { startEmulator } from '@penstock/ocr/emulator'
import { expect, it, vi } from 'vitest'

vi.mock('node:module', async (original) => ({
  ...(await original<typeof import('node:module')>()),
  createRequire: () => ({
    resolve(name: string) {
      throw new Error(`Cannot find module '${name}'`)
    },
  }),
}))

it('Without an OCR engine the emulator does not start, and one line says what to install', async () => {
  await expect(startEmulator()).rejects.toMatchObject({
    code: 'MISSING_PEER',
    kind: 'config',
    message:
      'the emulator reads pictures with tesseract.js and its data, which are not installed: ' +
      'npm install tesseract.js @tesseract.js-data/eng @tesseract.js-data/chi_sim',
  })
})
