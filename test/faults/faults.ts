import { answers } from './answers.ts'
import { bodies } from './bodies.ts'
import { connecting } from './connecting.ts'
import type { Fault } from './fault.ts'
import { security } from './security.ts'
import { waiting } from './waiting.ts'

/** All of them, by their numbers. */
export const faults: readonly Fault[] = [...connecting, ...security, ...waiting, ...bodies, ...answers].toSorted(
  (one, other) => one.number - other.number,
)
