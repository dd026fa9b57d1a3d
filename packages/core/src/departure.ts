import { canSend } from './body.ts'
import type { Call, Handler } from './call.ts'
import { type Failure, type Outcome, refused } from './outcome.ts'
import { notes } from './recorder/notes.ts'
import type { Trip } from './recorder/trip.ts'
import { broken, concluded, following } from './sequel.ts'
import type { Transport } from './transport.ts'

const says = notes('wire', {
  replays: ['the kept-alive socket was stale: sends again at once on another', '保持的连接已失效：立即换一条连接重发'],
})

/**
 * The innermost handler: it counts the trip, and replays once, charged to nobody, where that is provably safe. What layers
 * left to be done when the outcome is there is promised here.
 */
export function departure({ send, name }: Transport): Handler {
  return (call) => {
    const now = call.ledger.timed ? call.clock.now() : undefined
    const held = call.over(now) ?? (canSend(call.body) ? undefined : spent)
    if (held !== undefined) return Promise.resolve(held)
    const { ledger } = call
    const trip = ledger.depart(call.attempt, name, now, call)
    const sent = sending(call)
    const { sequel } = ledger
    if (sequel === undefined) return sent.then((outcome) => arrived(call, trip, outcome))
    ledger.sequel = undefined
    return (ledger.promised = sent.then(
      (outcome) => {
        const came = arrived(call, trip, outcome)
        return came instanceof Promise ? following(came, sequel) : concluded(sequel, came)
      },
      (bug) => broken(sequel, bug),
    ))
  }

  function sending(call: Call<any>): Promise<Outcome> {
    const { stage } = call.runtime
    return stage === undefined ? send(call) : stage.send(call)
  }

  function arrived(call: Call<any>, trip: Trip | undefined, outcome: Outcome): Outcome | Promise<Outcome> {
    call.ledger.arrive(trip, outcome)
    return outcome.failed && isStale(outcome) && mayReplay(call, outcome) ? replayed(call) : outcome
  }

  async function replayed(call: Call<any>): Promise<Outcome> {
    call.note(says.replays)
    const { ledger } = call
    const now = ledger.timed ? call.clock.now() : undefined
    const over = call.over(now)
    if (over !== undefined) return over
    const trip = ledger.depart(call.attempt, name, now, call)
    const outcome = await sending(call)
    ledger.arrive(trip, outcome)
    return outcome
  }
}

const spent = refused('BODY_SPENT', 'body', 'the body can be read once, and has been')

/** The peer had closed, or refused, before it looked at this request. */
const isStale = ({ verdict, reusedSocket, peerRefused, phase }: Failure) =>
  verdict === 'network' && (peerRefused || (reusedSocket === true && phase !== 'receive'))

const mayReplay = ({ repeatable, body }: Call<any>, { sent, peerRefused }: Failure) =>
  canSend(body) && (peerRefused || sent === 'none' || repeatable === 'always')
