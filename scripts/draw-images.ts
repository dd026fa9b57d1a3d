/** Draws the pictures in examples/images, and writes beside each what it says: `./dev node scripts/draw-images.ts`. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { chineseInvoice, englishInvoice } from '../test/fixtures/invoices.ts'
import { drawInvoice, invoiceText } from '../test/support/draw-invoice.ts'

const folder = join(import.meta.dirname, '../examples/images')
mkdirSync(folder, { recursive: true })

for (const [name, invoice] of Object.entries({ 'invoice-en': englishInvoice, 'invoice-zh': chineseInvoice })) {
  writeFileSync(join(folder, `${name}.png`), drawInvoice(invoice))
  writeFileSync(join(folder, `${name}.txt`), `${invoiceText(invoice).join('\n')}\n`)
  console.log(`examples/images/${name}.png`)
}
