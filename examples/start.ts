/**
 * Two images, read by the real pipeline from a real server that fails now and then, and the story of every call.
 * `npm start` runs this.
 */
import { styleText } from 'node:util'
import type { Ledger } from '@penstock/core'
import { baidu } from '@penstock/ocr'
import { startEmulator } from '@penstock/ocr/emulator'

const paint: typeof styleText = (style, text) => (process.stdout.isTTY ? styleText(style, text) : text)
const title = (text: string) => console.log(`\n${paint('bold', text)}`)
const image = (name: string) => new URL(`images/${name}.png`, import.meta.url)

console.error(paint('dim', 'starting the emulator, with an OCR engine inside …'))
await using emulator = await startEmulator({ qps: 2 })
await using ocr = baidu({ apiKey: emulator.apiKey, secretKey: emulator.secretKey }, { origin: emulator.url })

title('The way of every call')
console.log(String(ocr.plan()))

const ledgers: Ledger[] = []

async function read(name: string, fault: string): Promise<void> {
  title(`${name}.png, while ${fault}`)
  const page = await ocr.recognize(image(name))
  for (const { text, confidence } of page.lines)
    console.log(`  ${paint('cyan', text)}${paint('dim', `  ${confidence?.toFixed(2) ?? ''}`)}`)
  console.log(`\n${page.explain()}`)
  ledgers.push(page.ledger)
}

emulator.fault({ kind: 'reset', after: 'head', times: 1, path: '/rest/2.0/ocr/v1/general' })
await read('invoice-en', 'the server resets the first connection')

emulator.fault({ kind: 'code', code: 18, times: 1 })
emulator.fault({ kind: 'expire' })
await read('invoice-zh', 'the server says 18 (too fast), and the token has expired')

/** Requests of a call and of the calls made on its behalf, each counted once. */
function requests(all: readonly Ledger[], seen: Set<Ledger>): number {
  const fresh = all.filter((ledger) => !seen.has(ledger))
  for (const ledger of fresh) seen.add(ledger)
  return fresh.reduce((sum, { trips, children = [] }) => sum + trips.length + requests(children, seen), 0)
}

title('Counted on both sides')
const sent = requests(ledgers, new Set())
const got = emulator.count
console.log(`requests in the ledgers: ${sent}, requests the emulator saw: ${got}${sent === got ? ' ✓' : ' ✗'}`)
if (sent !== got) process.exitCode = 1
