export { type Check, conformance, type Subject } from './conformance.ts'
export { replay, type Replay, type Replayable, type ReplayOptions } from './replay.ts'
export { type Difference, ReplayDifference } from './replay/difference.ts'
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
export { simulate, type SimulateOptions } from './simulate.ts'
export type { Answers, ServerOptions } from './simulate/simulated-server.ts'
export type { RunOptions } from './simulate/run.ts'
export {
  brownout,
  type Fault,
  outage,
  partialFailure,
  rateLimited,
  type Scenario,
  type ScenarioTimes,
} from './simulate/scenario.ts'
export { Simulation, type SimulationRow, type SimulationTextOptions } from './simulate/simulation.ts'
export type { Measures } from './simulate/tally.ts'
export { virtualClock, type VirtualClock } from './virtual-clock.ts'
