import { bare } from './bare.ts'
import { penstock } from './ours.ts'
import { stacks } from './stacks.ts'
import type { Subject } from './subject.ts'

export const subjects: Readonly<Record<string, Subject>> = { ...bare, ...stacks, ...penstock }
