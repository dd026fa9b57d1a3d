/** Eight async closures: a fixed piece of work, which tells whether the machine is at its best. */
import { peers } from './peers.ts'

const eight = await peers['closures, async']!(8)

async function measured(): Promise<number> {
  const began = process.hrtime.bigint()
  for (let sent = 0; sent < 2_000; sent++) await eight({})
  return Number(process.hrtime.bigint() - began)
}

/** How work is done while the machine is at its best: other guests may halve it, for seconds. */
export type Conditions = {
  /** Milliseconds after which turns must do that do not count. */
  readonly patience: number
  /** Nanoseconds that the yardstick took when it was quickest, in whichever process. */
  readonly best: number
}

/**
 * Turns of work that count: the yardstick took a quarter longer than ever at most, before and after. All of them, where none did.
 *
 * @param enough of them
 */
export async function atBest<Turn>(
  work: () => Promise<Turn>,
  enough: number,
  conditions: Conditions,
): Promise<{ readonly turns: readonly Turn[]; readonly best: number }> {
  const all: { readonly turn: Turn; readonly yard: number }[] = []
  const end = performance.now() + conditions.patience
  let before = await measured()
  let best = Math.min(conditions.best, before)
  const good = () => all.filter(({ yard }) => yard <= best * 1.25)
  while (good().length < enough && performance.now() < end) {
    const turn = await work()
    const after = await measured()
    all.push({ turn, yard: Math.max(before, after) })
    best = Math.min(best, after)
    before = after
  }
  return { turns: (good().length === 0 ? all : good()).map(({ turn }) => turn), best }
}
