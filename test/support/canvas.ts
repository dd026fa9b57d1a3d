import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createCanvas, GlobalFonts, type SKRSContext2D } from '@napi-rs/canvas'

export const fontFamily = 'Noto Sans SC'

const fonts = join(dirname(createRequire(import.meta.url).resolve('@fontsource/noto-sans-sc/package.json')), 'files')

/** One family of two alphabets and two weights, from a package: no font of the machine is used. */
const registerFonts = (): void => {
  if (GlobalFonts.has(fontFamily)) return
  for (const alphabet of ['latin', 'chinese-simplified'])
    for (const weight of ['400', '700'])
      GlobalFonts.registerFromPath(join(fonts, `noto-sans-sc-${alphabet}-${weight}-normal.woff2`), fontFamily)
}

/** A PNG drawn by `paint` on white paper. */
export const drawn = (width: number, height: number, paint: (context: SKRSContext2D) => void): Buffer => {
  registerFonts()
  const canvas = createCanvas(width, height)
  const context = canvas.getContext('2d')
  context.fillStyle = '#ffffff'
  context.fillRect(0, 0, width, height)
  context.textBaseline = 'alphabetic'
  paint(context)
  return canvas.toBuffer('image/png')
}
