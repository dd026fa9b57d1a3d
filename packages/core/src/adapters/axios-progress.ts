import type { AxiosProgressEvent } from 'axios'
import type { Progress } from '../call-options.ts'
import type { Clock } from '../clock.ts'
import { tell } from '../transports/progress.ts'

/** Milliseconds between two events: axios promises three a second. */
const pause = 1000 / 3

export type AxiosProgress = {
  readonly heard: (progress: Progress) => void
  /** Tell what was held back: where the transfer ended is always told. */
  flush(): void
}

/** Our progress as axios' events. A call that is sent again begins anew. */
export function axiosProgress(
  listener: (event: AxiosProgressEvent) => void,
  direction: 'upload' | 'download',
  clock: Clock,
): AxiosProgress {
  let first: { readonly at: number; readonly bytes: number } | undefined
  let told = 0
  let toldAt = -Infinity
  let held: Progress | undefined

  function event({ bytes: loaded, total }: Progress, now: number): AxiosProgressEvent {
    first ??= { at: now, bytes: loaded }
    const rate = now > first.at ? ((loaded - first.bytes) * 1000) / (now - first.at) : 0
    const made: AxiosProgressEvent = {
      loaded,
      bytes: loaded - told,
      lengthComputable: total !== undefined,
      [direction]: true,
      ...(total !== undefined && { total }),
      ...(total && { progress: loaded / total }),
      ...(rate > 0 && { rate }),
      ...(rate > 0 && total !== undefined && { estimated: (total - loaded) / rate }),
    }
    told = loaded
    toldAt = now
    held = undefined
    return made
  }

  function heard(progress: Progress): void {
    const now = clock.now()
    if (progress.bytes <= (held?.bytes ?? told)) {
      first = undefined
      told = 0
      toldAt = -Infinity
    }
    if (now - toldAt < pause) held = progress
    else listener(event(progress, now))
  }

  return {
    heard,
    flush() {
      if (held !== undefined) tell((last) => listener(event(last, clock.now())), held.bytes, held.total)
    },
  }
}
