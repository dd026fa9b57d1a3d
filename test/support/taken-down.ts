import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { capture, type Capture } from '@penstock/core/diagnose'

export type TakenDown = Capture & { readonly keylog: string }

/** A capture into a folder of its own, which is gone with the block that made it. */
export async function takenDown(more: object = {}): Promise<TakenDown> {
  const folder = await mkdtemp(join(tmpdir(), 'capture-'))
  const keylog = join(folder, 'keys.log')
  const made = await capture({ file: join(folder, 'calls.pcapng'), consent: true, warn: () => {}, ...more })
  return Object.assign(made, {
    keylog,
    async [Symbol.asyncDispose]() {
      await made.close()
      await rm(folder, { recursive: true })
    },
  })
}
