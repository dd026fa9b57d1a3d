export {
  breaks,
  hangs,
  later,
  replies,
  repliesJson,
  scriptedTransport,
  type ScriptedTransport,
  stalls,
  type Step,
} from './scripted.ts'
export { seeded } from './seeded.ts'
export { virtualClock, type VirtualClock } from './virtual-clock.ts'
