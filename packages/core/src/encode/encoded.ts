import type { Body } from '../body.ts'

/** What an encoder hands back: the body as a recipe, and the `content-type` that goes with it. */
export type Encoded = { readonly body: Body; readonly contentType: string }
