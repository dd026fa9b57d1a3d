import { createCanvas } from '@napi-rs/canvas'

/** A PNG with a line of text, large enough for every endpoint. */
export async function drawnText(text: string, width = 400, height = 100): Promise<Uint8Array> {
  const canvas = createCanvas(width, height)
  const pen = canvas.getContext('2d')
  pen.fillStyle = 'white'
  pen.fillRect(0, 0, width, height)
  pen.fillStyle = 'black'
  pen.font = '32px sans-serif'
  pen.fillText(text, 20, 60)
  return canvas.encode('png')
}
