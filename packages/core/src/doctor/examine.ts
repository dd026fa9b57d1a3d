import type { Check, CheckResult, Learned, Scene } from './check.ts'
import { type Finding, findings } from './findings.ts'
import { pause } from './pause.ts'

export type Bounds = {
  /** Milliseconds a check may take. */
  readonly timeout: number
  /** Milliseconds after which `onSlow` is told that it still runs. */
  readonly slow: number
  readonly onSlow: (id: string) => void
}

const says = findings('doctor', {
  late: [
    'fail',
    ['no answer within {timeout:ms}', '{timeout:ms} 内没有结果'],
    [
      'Something on the way swallows packets: a firewall, or a proxy that must be gone through. Look at the checks above.',
      '中间有设备丢弃数据包：防火墙，或必须经由代理。请看上面的检查项。',
    ],
  ],
  crashed: [
    'fail',
    ['the check itself broke: {what}', '检查程序自身出错：{what}'],
    [
      'This is a bug of Penstock: please report it with this line; the other checks hold.',
      '这是 Penstock 的缺陷：请附上本行反馈；其他检查结果仍然有效。',
    ],
  ],
})

/** Runs one check within its bounds; whatever it does comes out as a result. */
export async function examine(
  { id, run }: Check,
  scene: Omit<Scene, 'signal'>,
  { timeout, slow, onSlow }: Bounds,
  signal: AbortSignal | undefined,
): Promise<{ readonly result: CheckResult; readonly learned: Learned }> {
  const { clock } = scene
  const own = new AbortController()
  const idle = new AbortController()
  const end = () => own.abort(signal?.reason)
  signal?.addEventListener('abort', end)
  const started = clock.now()
  const over = pause(clock, timeout, AbortSignal.any([own.signal, idle.signal])).then(() => undefined)
  const beSlow = async () => {
    await pause(clock, slow, AbortSignal.any([own.signal, idle.signal]))
    if (!own.signal.aborted && !idle.signal.aborted) onSlow(id)
  }
  void beSlow()
  const result = (found: readonly Finding[], status = worst(found)) => ({
    id,
    status,
    findings: found,
    took: Math.round((clock.now() - started) * 10) / 10,
  })
  try {
    const running = (async () => run({ ...scene, signal: own.signal }))()
    // one that is given up may still break, and nobody listens any more
    running.catch(() => {})
    const examined = await Promise.race([running, over])
    signal?.throwIfAborted()
    if (examined === undefined) return { result: result([says.late({ timeout })]), learned: {} }
    return 'findings' in examined
      ? { result: result(examined.findings), learned: examined.learned }
      : { result: result(examined), learned: {} }
  } catch (error) {
    signal?.throwIfAborted()
    return { result: result([says.crashed({ what: nameOf(error) })], 'crash'), learned: {} }
  } finally {
    idle.abort()
    own.abort()
    signal?.removeEventListener('abort', end)
  }
}

// a message may quote what was looked at
const nameOf = (error: unknown): string => {
  if (!(error instanceof Error)) return typeof error
  const { code } = error as { code?: string }
  const [, at] = /\n\s+at .*?([^\s/\\(]+:\d+:\d+)\)?/.exec(error.stack ?? '') ?? []
  return [error.name, code, at && `at ${at}`].filter(Boolean).join(' ')
}

const order = ['fail', 'warn', 'ok', 'skip'] as const

function worst(found: readonly Finding[]): CheckResult['status'] {
  return order.find((status) => found.some((one) => one.status === status)) ?? 'ok'
}
