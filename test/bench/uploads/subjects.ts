import { clients } from './clients.ts'
import { penstock } from './ours.ts'
import { sdks } from './sdks.ts'
import type { Upload } from './subject.ts'

export const subjects: Readonly<Record<string, Upload>> = { ...sdks, ...clients, ...penstock }

/** Those whose URL is the vendor's, and the same each time. */
export const sameUrl = (name: string): boolean => /^(tencent|@alicloud|penstock ocr)/.test(name)
