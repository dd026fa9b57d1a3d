import { type Call, notes, type Outcome } from '@penstock/core'

const says = notes('cache', { refresh_broke: ['the refresh broke on a bug', '后台刷新因程序错误中断'] })

/** Milliseconds for a refresh of a call that has no deadline. */
const patience = 60_000

/** Asks anew behind the back of a call: once for all who would like it, in a time of its own, which no caller ends. */
export function refresher(name: string) {
  const running = new Set<string>()

  async function asked(call: Call, ask: (call: Call) => Promise<Outcome>): Promise<void> {
    const { ledger } = call
    try {
      ledger.settle((await ask(call)).verdict)
    } catch {
      // nobody waits for it, and a rejection that nobody handles ends the process
      call.note(says.refresh_broke, {}, name)
      ledger.settle('unknown')
    }
  }

  return (call: Call, key: string, ask: (call: Call) => Promise<Outcome>): void => {
    if (running.has(key)) return
    running.add(key)
    const { clock, bound } = call
    const after = bound?.after ?? patience
    const own = { after, layer: name, code: 'CALL_DEADLINE', verdict: 'late' } as const
    const fresh = call.with({
      ledger: call.ledger.fork(),
      signal: undefined,
      deadlineAt: clock.now() + after,
      bound: own,
    })
    void asked(fresh, ask).finally(() => running.delete(key))
  }
}
