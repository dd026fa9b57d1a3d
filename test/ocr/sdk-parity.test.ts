/** Baidu's own SDK and our client read the same from the same server, each with a token of its own fetching. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { baidu } from '@penstock/ocr'
import { startEmulator } from '@penstock/ocr/emulator'
import { afterAll, describe, expect, it } from 'vitest'
import { vendorSdk } from '../support/vendor-sdk.ts'

const file = (name: string) => join(import.meta.dirname, '../../examples/images', `${name}.png`)
const emulator = await startEmulator()

afterAll(() => emulator.close())

type Reply = { readonly words_result: readonly { readonly words: string }[] }
const words = ({ words_result }: Reply) => words_result.map((line) => line.words)

describe.each(['generalBasic', 'accurateBasic'] as const)('%s', (method) => {
  it.each(['invoice-en', 'invoice-zh'])(
    'gives %s the same text by the SDK and by our client',
    { timeout: 60_000 },
    async (name) => {
      const tokensBefore = emulator.requests.filter(({ path }) => path === '/oauth/2.0/token').length
      const theirs = words(await vendorSdk(emulator)[method](readFileSync(file(name)).toString('base64')))
      await using ocr = baidu({ apiKey: emulator.apiKey, secretKey: emulator.secretKey }, { origin: emulator.url })
      const ours = words(await ocr[method]({ image: file(name) }))

      expect(ours).toEqual(theirs)
      expect(ours.length).toBeGreaterThanOrEqual(8)
      expect(emulator.requests.filter(({ path }) => path === '/oauth/2.0/token').length - tokensBefore).toBe(2)
    },
  )
})
