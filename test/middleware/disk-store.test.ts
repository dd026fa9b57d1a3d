import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { diskStore } from '@penstock/middleware/stores/disk'
import { describe, expect, it, onTestFinished } from 'vitest'

async function folder() {
  const made = await mkdtemp(join(tmpdir(), 'penstock-'))
  onTestFinished(() => rm(made, { recursive: true, force: true }))
  return made
}
const bytes = (text: string) => Buffer.from(text)
const modeOf = async (path: string) => ((await stat(path)).mode & 0o777).toString(8)

describe('diskStore', () => {
  it('gives back the bytes that were kept, until they are deleted', async () => {
    const store = diskStore({ dir: await folder() })
    const kept = Buffer.from([0, 10, 255, 10])
    await store.set('a', kept, { ttl: Infinity })

    expect(Buffer.from((await store.get('a'))!)).toEqual(kept)
    await store.delete('a')
    expect(await store.get('a')).toBeUndefined()
  })

  it('has nothing, and deletes nothing, where no directory is', async () => {
    const store = diskStore({ dir: join(await folder(), 'none') })

    expect(await store.get('a')).toBeUndefined()
    await expect(store.delete('a')).resolves.toBeUndefined()
  })

  it('keeps files for their owner alone, under a name that does not hold the key', async () => {
    const dir = join(await folder(), 'deep', 'er')
    await diskStore({ dir }).set('a-key', bytes('value'), { ttl: 1000 })
    const files = await readdir(dir)

    expect(files).toEqual([expect.stringMatching(/^[0-9a-f]{64}$/)])
    expect([await modeOf(dir), await modeOf(join(dir, files[0]!))]).toEqual(['700', '600'])
  })

  it('tells keys apart, and replaces the value of one', async () => {
    const store = diskStore({ dir: await folder() })
    await store.set('a', bytes('1'), { ttl: 1000 })
    await store.set('b', bytes('2'), { ttl: 1000 })
    await store.set('a', bytes('3'), { ttl: 1000 })

    expect([await store.get('a'), await store.get('b')].map(String)).toEqual(['3', '2'])
  })

  it('forgets what has come to its end, file and all', async () => {
    const dir = await folder()
    let now = 1_000_000
    const store = diskStore({ dir, date: () => now })
    await store.set('a', bytes('value'), { ttl: 500 })

    now += 499
    expect(String(await store.get('a'))).toBe('value')
    now += 1
    expect(await store.get('a')).toBeUndefined()
    expect(await readdir(dir)).toEqual([])
  })

  it.each([
    ['cut short', (file: Buffer) => file.subarray(0, -1)],
    ['empty', () => Buffer.alloc(0)],
    ['of somebody else', () => Buffer.from('{"token":"x"}\n')],
    ['given a longer life', (file: Buffer) => Buffer.from(String(file).replace(/^penstock 1 \d/, 'penstock 1 9'))],
    ['of another program', (file: Buffer) => Buffer.from(String(file).replace('penstock 1', 'somebody 1'))],
    ['of a later version', (file: Buffer) => Buffer.from(String(file).replace('penstock 1', 'penstock 2'))],
  ])('rejects a file that is %s', async (_, spoil) => {
    const dir = await folder()
    const store = diskStore({ dir })
    await store.set('a', bytes('value'), { ttl: 60_000 })
    const file = join(dir, (await readdir(dir))[0]!)
    await writeFile(file, spoil(await readFile(file)))

    await expect(store.get('a')).rejects.toThrow('The file is corrupt')
  })

  it('rejects a place that cannot be read, and takes it for no miss', async () => {
    const dir = await folder()
    await mkdir(join(dir, await nameOf('a')))
    await expect(diskStore({ dir }).get('a')).rejects.toThrow('EISDIR')
  })

  it('rejects a place that cannot be written, and leaves nothing beside it', async () => {
    const dir = await folder()
    await writeFile(join(dir, 'file'), '')
    await expect(diskStore({ dir: join(dir, 'file') }).set('a', bytes('1'), { ttl: 1 })).rejects.toThrow(
      /EEXIST|ENOTDIR/,
    )

    const store = diskStore({ dir })
    const name = await nameOf('a')
    await rm(join(dir, 'file'))
    await fullDirectory(join(dir, name))
    await expect(store.set('a', bytes('1'), { ttl: 1 })).rejects.toThrow(/EISDIR|ENOTEMPTY|EEXIST/)
    expect(await readdir(dir)).toEqual([name])
  })

  it('answers to its name', () => {
    expect([diskStore({ dir: 'x' }).name, diskStore({ dir: 'x', name: 'tokens' }).name]).toEqual(['disk', 'tokens'])
  })
})

/** The file that a key is kept in. */
async function nameOf(key: string) {
  const dir = await folder()
  await diskStore({ dir }).set(key, bytes(''), { ttl: 1 })
  return (await readdir(dir))[0]!
}

/** A directory with something in it, where a file is to go. */
async function fullDirectory(path: string) {
  await mkdir(path)
  await writeFile(join(path, 'x'), '')
}
