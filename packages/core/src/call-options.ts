import type { Endpoint } from './endpoint.ts'
import type { AnyOverrides } from './stack.ts'
import type { Verdict } from './verdict.ts'

/** Who bounds a call in time, and what it means when the time is over. */
export type Bound = {
  /** Milliseconds. */
  readonly after: number
  readonly layer: string
  readonly code: string
  readonly verdict: Verdict
}

/** How far a transfer has come. `total` is undefined when the size is not known. */
export type Progress = { readonly bytes: number; readonly total: number | undefined }

/** What a caller may say of one call beside what is sent. Layers read theirs; the same object serves all views. */
export type CallOptions<Overrides = AnyOverrides> = {
  readonly endpoint?: Endpoint<any, any>
  /** Leave the body to the caller, piece by piece: a layer that would take it in does not. @default false */
  readonly stream?: boolean
  readonly onUpload?: (progress: Progress) => void
  readonly onDownload?: (progress: Progress) => void
  /** Other options of layers, by their names, for this call alone; `false` leaves a layer out. */
  readonly layers?: Overrides
  /** For layers that offer hooks a call: `requestLog`. */
  readonly hooks?: Readonly<Record<string, ((...told: never[]) => void) | undefined>>
}
