/** Where to count from: the anchors that docs/decisions/rate-limit.md compares, in virtual time. `node --conditions=source` */
import { seeded } from '@penstock/core/testing'
import { limitedServers, type ServerKind } from '../support/limited-servers.ts'

const window = 1000
const seconds = 120
const seeds = [1, 2, 3, 4, 5]

/** `ready` is when the next request may be sent, by what is known; Infinity while a reply must come first. */
type Anchor = {
  ready(): number
  sent(at: number): void
  replied(sentAt: number, at: number, refused: boolean): void
}

const anchors: Record<string, (limit: number) => Anchor> = {
  'send, evenly, no guard': (limit) => paced(window / limit),
  'send, evenly, guard 5 %': (limit) => paced((window * 1.05) / limit),
  'send, evenly, guard 5 %, grows when refused': (limit) => learning(limit),
  'send log, 1050 ms': (limit) => logged(limit, () => window + 50),
  'completion, whole window': (limit) => completed(limit, () => 0),
  'completion, less learnt minimum round trip − 10 ms': (limit) => completed(limit, (least) => least - 10),
}

function paced(spacing: number): Anchor {
  let turn = 0
  return {
    ready: () => turn,
    sent: (at) => void (turn = at + spacing),
    replied: (_, at, refused) => void (refused && (turn = Math.max(turn, at + window))),
  }
}

function learning(limit: number): Anchor {
  let turn = 0
  let pushedAt = 0
  let guard = 50
  return {
    ready: () => turn,
    sent: (at) => void (turn = at + (window + guard) / limit),
    replied(sentAt, at, refused) {
      if (!refused) guard = Math.max(50, guard - 0.08)
      if (!refused || sentAt < pushedAt) return
      guard = Math.min(window, guard + 25)
      pushedAt = at
      turn = Math.max(turn, at + Math.min(window, 2 * (guard - 50)))
    },
  }
}

function logged(limit: number, reuse: () => number): Anchor {
  const log: number[] = []
  let pushed = 0
  return {
    ready: () => Math.max(pushed, log.length < limit ? 0 : log[0]! + reuse()),
    sent(at) {
      log.push(at)
      if (log.length > limit) log.shift()
    },
    replied: (_, at, refused) => void (refused && (pushed = Math.max(pushed, at + window))),
  }
}

function completed(limit: number, credit: (least: number) => number): Anchor {
  const slots: number[] = Array.from({ length: limit }, (_, index) => (index * window) / limit)
  let least = Infinity
  let pushed = 0
  return {
    ready: () => Math.max(pushed, Math.min(...slots)),
    sent: () => void (slots[slots.indexOf(Math.min(...slots))] = Infinity),
    replied(sentAt, at, refused) {
      least = Math.min(least, at - sentAt)
      slots[slots.indexOf(Infinity)] = at + window - Math.max(0, credit(least))
      if (refused) pushed = Math.max(pushed, at + window)
    },
  }
}

type Cell = { readonly limit: number; readonly kind: ServerKind; readonly slow: boolean; readonly jitter: number }

/** A backlog that never ends. */
function run(anchor: Anchor, { limit, kind, slow, jitter }: Cell, seed: number) {
  const chance = seeded(seed)
  const admits = limitedServers[kind](limit, window, chance() * window)
  const events: { readonly at: number; readonly ring: (at: number) => void }[] = []
  const add = (at: number, ring: (at: number) => void) => {
    const behind = events.findIndex((event) => event.at > at)
    events.splice(behind === -1 ? events.length : behind, 0, { at, ring })
  }
  let [admitted, refused, now] = [0, 0, 0]
  while (now < seconds * 1000) {
    const turn = Math.max(now, anchor.ready())
    if (events.length > 0 && events[0]!.at <= turn) {
      const { at, ring } = events.shift()!
      ring((now = at))
      continue
    }
    const sentAt = (now = turn)
    anchor.sent(sentAt)
    add(sentAt + 5 + chance() * (jitter - 5), (arrivedAt) => {
      const good = admits(arrivedAt)
      if (good) admitted++
      else refused++
      const took = !good || !slow ? 50 : 200 + chance() * 1300
      add(arrivedAt + took, (at) => anchor.replied(sentAt, at, !good))
    })
  }
  return { used: admitted / (limit * seconds), refused: refused / (admitted + refused) }
}

const percent = (value: number) => (value * 100).toFixed(1)
for (const jitter of [50, 120]) {
  console.log(`jitter 5–${jitter} ms: used % / refused %, worst and mean over 5 seeds and N in 2, 5, 10, 20`)
  for (const [name, make] of Object.entries(anchors)) {
    const cells = Object.keys(limitedServers).flatMap((kind) =>
      [false, true].map((slow) => {
        const runs = [2, 5, 10, 20].flatMap((limit) =>
          seeds.map((seed) => run(make(limit), { limit, kind: kind as ServerKind, slow, jitter }, seed)),
        )
        return `${percent(Math.min(...runs.map(({ used }) => used)))} / ${percent(Math.max(...runs.map((one) => one.refused)))}`
      }),
    )
    console.log(`| ${name} | ${cells.join(' | ')} |`)
  }
}
