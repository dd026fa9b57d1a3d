import { canSend } from './body.ts'
import type { Call, Handler } from './call.ts'
import { type Failure, type Outcome, refused } from './outcome.ts'
import { notes } from './recorder/notes.ts'
import type { Transport } from './transport.ts'

const says = notes('wire', {
  replays: ['the kept-alive socket was stale: sends again at once on another', '保持的连接已失效：立即换一条连接重发'],
})

/** The innermost handler: it counts the trip, and replays once, charged to nobody, where that is provably safe. */
export function departure({ send, name }: Transport): Handler {
  const depart = (call: Call<any>, replayed: boolean): Promise<Outcome> => {
    const { ledger } = call
    const now = ledger.timed ? call.clock.now() : undefined
    const over = call.over(now)
    if (over !== undefined) return Promise.resolve(over)
    if (!canSend(call.body)) return Promise.resolve(spent)
    const trip = ledger.depart(call.attempt, name, now, call)
    const { stage } = ledger.runtime
    return (stage === undefined ? send(call) : stage.send(call)).then((outcome) => {
      ledger.arrive(trip, outcome)
      if (replayed || !outcome.failed || !isStale(outcome) || !mayReplay(call, outcome)) return outcome
      call.note(says.replays)
      return depart(call, true)
    })
  }
  return (call) => depart(call, false)
}

const spent = refused('BODY_SPENT', 'body', 'the body can be read once, and has been')

/** The peer had closed, or refused, before it looked at this request. */
const isStale = ({ verdict, reusedSocket, peerRefused, phase }: Failure) =>
  verdict === 'network' && (peerRefused || (reusedSocket === true && phase !== 'receive'))

const mayReplay = ({ repeatable, body }: Call<any>, { sent, peerRefused }: Failure) =>
  canSend(body) && (peerRefused || sent === 'none' || repeatable === 'always')
