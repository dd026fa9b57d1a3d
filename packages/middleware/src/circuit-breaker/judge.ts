import { EventEmitter } from 'node:events'
import { createRequire } from 'node:module'
import type Opossum from 'opossum'
import { parts } from './ring.ts'

export type Judge = {
  /** Record an attempt that went well. True when the circuit is closed. */
  passed(): boolean
  /** Record one that failed. True when that opens the circuit. */
  failed(): boolean
  /** Let `steps` parts of the window go by. */
  turn(steps: number): void
  /** What stands in its window. */
  readonly counts: { readonly failures: number; readonly finished: number }
  dismiss(): void
}

export type JudgeOptions = {
  /** Percent of the finished attempts above which it opens. */
  readonly failures: number
  /** Finished attempts before it can open. */
  readonly volume: number
  /** Milliseconds. */
  readonly window: number
}

/** Appoint a judge: of a closed circuit with what has gone well in each part of its window, or of a half-open one. */
export type Bench = (passed: ArrayLike<number> | 'half-open') => Judge

/**
 * opossum as the judge of circuits, and as nothing else: it counts, and says when to open and when to close. It is given
 * finished attempts only, a window of our clock, an options object of its own, and none of its timers.
 */
export function bench({ failures, volume, window }: JudgeOptions): Bench {
  const Circuit = createRequire(import.meta.url)('opossum') as typeof Opossum

  return (passed) => {
    const turns = new EventEmitter()
    const views = {
      rollingCountTimeout: window,
      rollingCountBuckets: parts,
      rotateBucketController: turns,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
    }
    const status = Circuit.newStatus(views)
    const state = passed === 'half-open' ? { closed: false, halfOpen: true } : undefined
    if (passed !== 'half-open')
      status.window.forEach((bucket, index) => (bucket.fires = bucket.successes = passed[index]!))
    const limits = { timeout: false, errorThresholdPercentage: failures, volumeThreshold: volume } as const
    const judge = new Circuit<[], never>(fails, { ...views, ...limits, status, ...(state && { state }) })

    return {
      passed() {
        // the two events are all that fire() does with a success; the rest of its price is a promise
        judge.emit('fire')
        judge.emit('success')
        // opossum keeps the latency of every success, and would for as long as its window lasts
        status.window[0]!.latencyTimes.length = 0
        return judge.closed
      },
      failed() {
        judge.fire().catch(ignore)
        return judge.opened
      },
      turn(steps) {
        for (let step = 0; step < steps; step++) turns.emit('rotate')
      },
      get counts() {
        const { failures, fires } = status.stats
        return { failures, finished: fires }
      },
      dismiss: () => judge.shutdown(),
    }
  }
}

const failure = new Error('the attempt failed')

/** Throws at once and does not reject, so that opossum judges in the tick in which the attempt ended. */
const fails = (): never => {
  throw failure
}

const ignore = () => {}
