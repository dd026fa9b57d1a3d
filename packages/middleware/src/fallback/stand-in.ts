import { type Call, canSend, ConfigError, Ledger, notes, type Outcome, type Pipeline, verdicts } from '@penstock/core'
import { crossed } from '../crossing/crossed.ts'

/** Who answers instead: a pipeline, or a function that makes an answer. */
export type FallbackTo = Pipeline | ((call: Call<any>, instead: Outcome) => Promise<Outcome>)

export type StandInOptions = {
  readonly to: FallbackTo
  readonly origin: string | undefined
  /** In lower case. */
  readonly sensitiveHeaders: ReadonlySet<string>
  readonly name: string
}

const says = notes('fallback', {
  turns: ['turns to the fallback: {code}', '改用备用处理：{code}'],
  crosses: [
    'leaves {dropped} headers, parameters and gifts behind, which are the first origin’s',
    '不带走属于原源站的 {dropped} 项请求头、参数与上下文',
  ],
  stands_in: ['the fallback stands in for {code}, verdict {verdict}', '备用处理代替了 {code}（判定 {verdict}）'],
  fails: [
    'the fallback fails too, {code}: gives the first outcome, {first}',
    '备用处理也失败（{code}）：返回最初的 {first}',
  ],
  body_spent: ['no fallback: the body can be read once, and has been', '无法使用备用处理：一次性请求体已被读取'],
  call_budget: [
    'no fallback: the call has made all its {attempts} attempts',
    '无法使用备用处理：本次调用的 {attempts} 次尝试已用完',
  ],
  address: ['no fallback: the address holds a secret of the first origin', '无法使用备用处理：地址中含有原源站的密钥'],
})

/** What came of asking somebody else, or the first outcome where nobody can be asked or he fails too. */
export async function standIn(call: Call, first: Outcome, options: StandInOptions): Promise<Outcome> {
  const going = prepared(call, options)
  if (going === undefined) return first
  const { code, verdict } = first
  const { to, name } = options
  if ('plan' in to) call.budget.draw()
  call.note(says.turns, { code }, name)
  let given: Outcome | undefined
  try {
    const outcome = await asked(call, going, first, options)
    if (isAnswer(outcome)) {
      call.note(says.stands_in, { code, verdict }, name)
      return (given = outcome)
    }
    if (!sharesBody(outcome, first)) drop(outcome)
    const over = call.over()
    // who has gone, or has closed the client, is told so
    if (over?.verdict === 'cancelled') return (given = over)
    call.note(says.fails, { code: outcome.code, first: code }, name)
    return (given = first)
  } finally {
    // after a bug too
    if (!sharesBody(given, first)) drop(first)
  }
}

/** The call as it goes to the fallback, or nothing, with the reason in the ledger. */
function prepared(call: Call, { to, origin, sensitiveHeaders, name }: StandInOptions): Call | undefined {
  const { left, attempts } = call.budget
  // a function may answer by itself; one that sends makes a call of its own, which draws its own attempt
  const sends = 'plan' in to
  if (sends && !canSend(call.body)) return call.note(says.body_spent, {}, name) as undefined
  if (sends && left <= 0) return call.note(says.call_budget, { attempts }, name) as undefined
  // overrides name layers of the first stack
  const { layers: _, ...own } = call.options
  const going = call.with({ options: own })
  if (origin === undefined || origin === call.origin) return going
  const { call: moved, dropped } = crossed(going.with({ origin }), call, sensitiveHeaders, nobodys)
  if (moved.path === '') return call.note(says.address, {}, name) as undefined
  if (dropped > 0) call.note(says.crosses, { dropped }, name)
  return moved
}

const nobodys: ReadonlySet<string> = new Set()

/** The fallback's outcome, with a story of its own that hangs in the call's. */
async function asked(call: Call, going: Call, first: Outcome, { to, name }: StandInOptions): Promise<Outcome> {
  const { level, runtime, budget, method, endpoint, attempts } = call.ledger
  const ledger = new Ledger({ level, runtime, budget, method, endpoint, origin: going.origin, path: going.path })
  call.ledger.adopt(ledger)
  let left = false
  const work = to(going.with({ ledger, attempt: attempts + 1 }), first).then((outcome) => {
    if (Object(outcome) !== outcome || !('verdict' in outcome))
      throw new ConfigError('NO_OUTCOME', `Layer '${name}': its function gave no outcome, a Reply or a Failure`)
    if (left && !sharesBody(outcome, first)) drop(outcome)
    return outcome
  })
  // a function that does not mind the call's end is let go of then, and so is what it gives later
  const outcome = await call.until(work)
  left = true
  ledger.settle(outcome.verdict, outcome)
  return outcome
}

/** Something to hand out: what went well, or what nobody has judged. */
const isAnswer = (outcome: Outcome) =>
  !outcome.failed && (verdicts[outcome.verdict].healthy || outcome.verdict === 'unknown')

/** A function may give the first one back, perhaps judged anew. */
const sharesBody = (one: Outcome | undefined, other: Outcome) =>
  one === other || (one?.failed === false && !other.failed && one.body === other.body)

function drop(outcome: Outcome): void {
  if (!outcome.failed) outcome.body.discard()
}
