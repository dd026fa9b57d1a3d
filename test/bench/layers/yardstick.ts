/** Eight async closures: a fixed piece of work, which tells whether the machine is at its best. */
import { chains } from './peers.ts'

const eight = await chains['closures, async']!(8)

/** Nanoseconds. */
export async function yard(): Promise<number> {
  const began = process.hrtime.bigint()
  for (let sent = 0; sent < 2_000; sent++) await eight({})
  return Number(process.hrtime.bigint() - began)
}

// until it is compiled
for (let turn = 0; turn < 20; turn++) await yard()
