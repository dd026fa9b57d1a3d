import type { Endpoint } from '@penstock/core'

/** What one dated page of a vendor demands of an image. Pages disagree, so each says where and when it was read. */
export type ImageLimits = {
  readonly source: string
  /** The day, or month, that the page bears: `2024-11-03`, `2026-08`. */
  readonly date: string
  /** Most bytes of an image or document as it is sent: after base64 and, in a form, after url escaping. */
  readonly encodedBytes: number
  /** Shortest side allowed, in pixels. */
  readonly shortest: number
  /** Longest side allowed, in pixels. */
  readonly longest: number
  /** As `look()` names them: `jpg` stands for every JPEG. */
  readonly formats: readonly string[]
  /** Most bytes of a remote image's url. */
  readonly urlBytes: number
}

/** An {@link Endpoint} that takes an image. An image that every one of `image` forbids is refused before it is sent. */
export type OcrEndpoint = Endpoint & {
  readonly image: readonly ImageLimits[]
}
