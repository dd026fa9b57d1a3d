import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { isInstalled } from './needs.ts'

/** What tshark reads in a file, with nobody's preferences: a line a frame, the fields' values in it. */
export async function tshark(file: string, fields: readonly string[], ...more: readonly string[]): Promise<string[][]> {
  const args = ['-r', file, ...more, '-T', 'fields', ...fields.flatMap((field) => ['-e', field])]
  const out = await run([...args, '-E', 'separator=/t', '-E', 'aggregator=|'])
  return out
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => line.split('\t'))
}

/** The bytes that HTTP carried in a body, whatever packets they came in. */
export async function run(args: readonly string[]): Promise<string> {
  if (!isInstalled('tshark')) throw new Error('tshark is not installed: apt-get install tshark (debian-packages.txt)')
  const env = {
    PATH: process.env['PATH'],
    HOME: '/nonexistent',
    WIRESHARK_CONFIG_DIR: '/nonexistent',
    LC_ALL: 'C.UTF-8',
  }
  const { stdout } = await promisify(execFile)('tshark', ['-n', ...args], { env, maxBuffer: 512 * 2 ** 20 })
  return stdout
}
