import type { Part } from './harness/part.ts'
import { encoding } from './encoding/encoding.ts'
import { growth } from './growth/growth.ts'
import { layers } from './layers/layers.ts'
import { importing } from './packed/imports.ts'
import { installed } from './packed/installed.ts'
import { small } from './small/small.ts'
import { uploads1, uploads7 } from './uploads/uploads.ts'

/** All tables, in the order in which they are shown. */
export const parts: readonly Part[] = [small, layers, encoding, uploads7, uploads1, importing, installed, growth]
