import { randomFillSync } from 'node:crypto'
import { setImmediate } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { CountedBody } from '../../packages/core/src/encode/counted-body.ts'
import { form } from '../../packages/core/src/encode/form.ts'
import { turn } from '../../packages/core/src/turn.ts'

const piece = 65_536

/** How much is in the list at the end of each turn of the event loop, until so much is: for who looks before work begins. */
async function turnsOf(done: readonly unknown[], most: number): Promise<number[]> {
  const lengths: number[] = []
  while (done.length < most) {
    await setImmediate()
    lengths.push(done.length)
  }
  return lengths
}

async function work(name: string, weight: number, pieces: number, done: string[]): Promise<void> {
  for (let n = 0; n < pieces; n++) {
    await turn(weight)
    done.push(name)
  }
}

test('four pieces of 64 KiB are worked on in a turn of the event loop, however many bodies there are', async () => {
  await setImmediate()
  const done: string[] = []
  const turns = turnsOf(done, 18)
  for (const name of 'abcdef') void work(name, piece, 3, done)
  expect(await turns).toEqual([4, 8, 12, 16, 18])
})

test('who waits longest goes first: none has two pieces more than another', async () => {
  await setImmediate()
  const done: string[] = []
  for (const name of 'abcde') void work(name, piece, 3, done)
  await turnsOf(done, 15)
  expect(done.join('')).toBe('abcdeabcdeabcde')
})

test('a piece that is larger than what a turn has room for is worked on alone', async () => {
  await setImmediate()
  const done: string[] = []
  const turns = turnsOf(done, 4)
  for (const name of 'ab') void work(name, 10 * piece, 2, done)
  expect(await turns).toEqual([1, 2, 3, 4])
})

test('pieces of a byte are as long in the hand as 4 KiB', async () => {
  await setImmediate()
  const done: string[] = []
  const turns = turnsOf(done, 200)
  void work('a', 1, 200, done)
  expect(await turns).toEqual([64, 128, 192, 200])
})

const picture = randomFillSync(new Uint8Array(2 ** 21))
const counted = () => form({ picture }).body as CountedBody
const length = `picture=${encodeURIComponent(Buffer.from(picture).toString('base64'))}`.length

test('pictures at once are counted in the same turns, a stretch each', async () => {
  await setImmediate()
  const bodies = Array.from({ length: 4 }, counted)
  const done: CountedBody[] = []
  const turns = turnsOf(done, 4)
  for (const body of bodies) void body.count(() => false).then(() => done.push(body))
  expect(await turns).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 4])
  expect(bodies.map((body) => body.length)).toEqual([length, length, length, length])
})

test('who asks for the length of a picture that is half counted has it at once', async () => {
  await setImmediate()
  const body = counted()
  const counting = body.count(() => false)
  await setImmediate()
  const before = body.isCounted
  expect({ before, length: body.length, after: body.isCounted }).toEqual({ before: false, length, after: true })
  await counting
  expect(body.length).toBe(length)
})

test('nobody counts for a call that is over', async () => {
  const body = counted()
  let asked = 0
  await body.count(() => ++asked > 3)
  expect({ asked, counted: body.isCounted }).toEqual({ asked: 4, counted: false })
})

test('two fields are counted one after the other, and a form of 192 KiB at once', () => {
  const two = form({ a: picture, b: picture }).body as CountedBody
  expect(two).toBeInstanceOf(CountedBody)
  expect(two.length).toBe(2 * (length - 'picture='.length) + 'a=&b='.length)
  expect(form({ a: picture.subarray(0, 196_608 - 6) }).body).not.toBeInstanceOf(CountedBody)
})

test('a form of two fields is not counted when the first of them is', async () => {
  let steps = 0
  await counted().count(() => ++steps < 0)
  const two = form({ a: picture, b: picture }).body as CountedBody
  let asked = 0
  await two.count(() => ++asked > steps + 1)
  expect({ asked, counted: two.isCounted }).toEqual({ asked: steps + 2, counted: false })
})

test('bytes that were given away while they were counted are missed when they are sent', async () => {
  const given = new Uint8Array(2 ** 21)
  const body = form({ given }).body as CountedBody
  const counting = body.count(() => false)
  await setImmediate()
  given.buffer.transfer(0)
  await counting
  expect(() => [...(body.open() as Iterable<Uint8Array>)]).toThrow(
    new TypeError('The bytes to send changed after their length was taken: hand in a copy'),
  )
})
