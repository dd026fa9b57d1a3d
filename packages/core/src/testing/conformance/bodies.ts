import { onceBody } from '../../body.ts'
import type { Request } from '../../request.ts'
import { Result } from '../../result.ts'
import { expect, type Promised, rig } from './rig.ts'

const text = 'the whole of what is to be sent'
const pieces = async function* () {
  yield Buffer.from(text.slice(0, 10))
  yield Buffer.from(text.slice(10))
}
const kinds: Readonly<Record<string, () => NonNullable<Request['body']>>> = {
  bytes: () => Buffer.from(text),
  text: () => text,
  'a stream that can be opened again': () => pieces,
  'a stream that can be read once': () => onceBody(pieces()),
}

const whole = (kind: string): Promised => ({
  promise: `sends ${kind} whole each time, or not at all`,
  async run(subject) {
    for (const acts of [[200], [503, 200], ['breaks', 200], [401, 200], [429, 200]] as const) {
      const rigged = rig(subject, acts)
      const call = rigged.text({ method: 'POST', repeatable: 'always', body: kinds[kind]!() })
      await rigged.clock.advance(60_000)
      await call
      const when = `on a server that gives ${acts.join(', then ')}`
      for (const { sent } of rigged.probe.arrivals)
        expect(sent === text, rigged.name, when, `'${sent}' arrived and not '${text}'`)
      rigged.empty(when)
    }
  },
})

export const bodyChecks: readonly Promised[] = [
  ...Object.keys(kinds).map(whole),
  {
    promise: 'leaves a streamed body to its reader',
    async run(subject) {
      const rigged = rig(subject, [200])
      const sending = rigged.send({ stream: true })
      await rigged.clock.advance(10_000)
      const result = await sending
      if (!(result instanceof Result)) return rigged.empty('refusing a streamed call')
      for (const { pulled } of rigged.probe.bodies)
        expect(pulled === 0, rigged.name, 'before anybody read', `${pulled} pieces of the body had been taken`)
      let got = ''
      for await (const piece of result.stream()) got += Buffer.from(piece).toString()
      expect(got === 'answer to /things', rigged.name, 'read piece by piece', `the reader got '${got}'`)
      rigged.empty('after a streamed body was read')
    },
  },
  ...([true, false] as const).map(
    (stream) =>
      ({
        promise: `lets go of a ${stream ? 'streamed ' : ''}body that nobody wants`,
        async run(subject) {
          const rigged = rig(subject, [200])
          const sending = rigged.send({ stream })
          await rigged.clock.advance(10_000)
          const result = await sending
          if (result instanceof Result) result.discard()
          await rigged.clock.advance(0)
          rigged.empty('after the body was dropped')
        },
      }) satisfies Promised,
  ),
]
