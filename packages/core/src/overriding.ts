import { type Chains, compile } from './compile.ts'
import { InputError } from './errors.ts'
import { misplaced } from './misplaced.ts'
import type { AnyOverrides } from './stack.ts'
import type { Step } from './step.ts'
import type { Transport } from './transport.ts'

/**
 * The chains for calls that ask for other options of some layers: compiled once for each such object, which a caller may
 * keep, so that most calls pay nothing for it.
 *
 * @returns chains that throw InputError `REQUEST_INVALID` for a layer that is not there or takes no options, and ConfigError
 * for an option that cannot work
 */
export function overriding(
  steps: readonly Step[],
  transport: Transport,
  probation?: number,
): (overrides: AnyOverrides) => Chains {
  const compiled = new WeakMap<AnyOverrides, Chains>()
  return (overrides) => {
    let chains = compiled.get(overrides)
    if (chains !== undefined) return chains
    try {
      compiled.set(overrides, (chains = compile(overridden(steps, overrides), transport, probation)))
    } catch (wrong) {
      const throws = () => {
        throw wrong
      }
      return { plain: throws, recorded: throws }
    }
    return chains
  }
}

function overridden(steps: readonly Step[], overrides: AnyOverrides): readonly Step[] {
  if (Object(overrides) !== overrides)
    throw invalid('layers is no object: give { retry: { retries: 0 }, cache: false }')
  const asked = new Map(Object.entries(overrides).filter(([, given]) => given !== undefined))
  const kept = steps.flatMap((step) => {
    const given = step.slot === undefined ? undefined : asked.get(step.name)
    if (given === undefined) return [step]
    asked.delete(step.name)
    return given === false ? [] : [withOptions(step, given)]
  })
  for (const name of asked.keys()) throw invalid(`no layer of this stack is called '${name}': it has ${namesOf(steps)}`)
  const wrong = misplaced(kept)
  if (wrong !== undefined) throw invalid(`without the layers it leaves out, ${wrong}`)
  return kept
}

function withOptions(step: Step, given: object): Step {
  if (step.override === undefined)
    throw invalid(`layer '${step.name}' takes no options of one call, only false, which leaves it out`)
  return { ...step, run: step.override(given) }
}

const namesOf = (steps: readonly Step[]) =>
  steps
    .filter(({ slot }) => slot !== undefined)
    .map(({ name }) => name)
    .join(', ')

const invalid = (because: string) => new InputError('REQUEST_INVALID', `The request cannot be sent: ${because}`)
