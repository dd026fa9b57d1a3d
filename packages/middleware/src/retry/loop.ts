import { createRequire } from 'node:module'

/** Calls `attempt` with 1, 2, … until it gives false. What it throws comes out as it was thrown. */
export type Loop = (attempt: (count: number) => Promise<boolean>) => Promise<void>

/**
 * p-retry, which counts and loops, and no more. The waits are the caller's, so that an abort ends them at once; its signal
 * is not used, for it throws away a reply that lands while the call is aborted; and a bug goes round it, for it makes a
 * TypeError of what is no Error, and unwraps an AbortError.
 */
export function loop(retries: number): Loop {
  const { default: pRetry } = createRequire(import.meta.url)('p-retry') as typeof import('p-retry')

  return async (attempt) => {
    let bug: { readonly thrown: unknown } | undefined
    const round = async (count: number) => {
      const more = await attempt(count).catch((thrown: unknown) => {
        bug = { thrown }
        return false
      })
      if (more) throw another
    }
    await pRetry(round, { retries, minTimeout: 0 })
    if (bug !== undefined) throw bug.thrown
  }
}

/** For p-retry alone: go round again. */
const another = new Error('another attempt')
