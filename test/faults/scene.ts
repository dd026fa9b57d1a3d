import type { Loopback } from '../support/loopback.ts'
import type { Scene, Setting } from './fault.ts'

/** A scene over servers that go with it. The cure is what differs. */
export const scene = (
  things: readonly AsyncDisposable[],
  faulty: Setting,
  cured: Scene['cured'] | Partial<Setting>,
): Scene => ({
  faulty,
  cured: typeof cured === 'function' ? cured : () => ({ ...faulty, ...cured }),
  async [Symbol.asyncDispose]() {
    for (const thing of things) await thing[Symbol.asyncDispose]()
  },
})

/** Over one server, cured by a change of the client. */
export const at = (server: Loopback, faulty: Partial<Setting>, change: Partial<Setting>): Scene =>
  scene([server], { origin: server.origin, ...faulty }, change)
