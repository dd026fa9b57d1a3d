/** What the README shows is what its commands say. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { page, recordings, shownIn, timeless } from './support/recordings.ts'

const readme = readFileSync(page, 'utf8')

// a machine that stands still may make another story of it
describe('a recording in the README', { retry: 2, timeout: 60_000 }, () => {
  it.each(recordings)('$name is what its command says now (npm run recordings)', async (recording) => {
    const shown = shownIn(readme, recording)

    expect(shown?.split('\n')[0]).toBe(`$ ${recording.command}`)
    expect(timeless(shown!)).toBe(timeless(await recording.run()))
  })
})

it('the same story is the same at another pace, and another one is not', () => {
  const line = (what: string) => `  1  c1 ↻ 255 ms ${what}   ·▀█    65\n  · queue 8.5\n`

  expect(timeless(line('503'))).toBe(
    timeless(line('503').replace('·▀█ ', '·▀██').replace('65', '7.1').replace('8.5', '9')),
  )
  expect(timeless(line('503'))).not.toBe(timeless(line('CONNECTION_RESET')))
})
