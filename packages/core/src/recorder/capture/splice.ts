import type net from 'node:net'
import type { Conversation } from './conversation.ts'

/**
 * Carries bytes between the process's own socket, by its end in the relay, and the one that leaves the process; ends and
 * cuts too, in the same order and not faster than the slower side takes them.
 *
 * @param inner the relay's end
 * @param socket the one that the transport sends on
 */
export function splice(inner: net.Socket, socket: net.Socket, conversation: Conversation): void {
  const { outward } = conversation
  carry(inner, outward, (bytes) => conversation.data('client', bytes))
  carry(outward, inner, (bytes) => conversation.data('server', bytes))
  let said = false
  inner.once('end', () => {
    said = true
    conversation.finished('client')
    if (socket.destroyed) outward.destroySoon()
    else outward.end()
  })
  // who is gone takes nothing any more, and a socket that only half ended would
  socket.once('close', () => said && outward.destroySoon())
  outward.once('end', () => {
    conversation.finished('server')
    inner.end()
  })
  inner.on('error', () => {
    conversation.cut('client')
    outward.resetAndDestroy()
  })
  let cut = false
  outward.on('error', () => {
    cut = true
    conversation.cut('server')
    // what came before is still to be read
    inner.write('', () => inner.resetAndDestroy())
  })
  inner.once('close', () => outward.destroySoon())
  outward.once('close', () => {
    if (!cut) inner.destroySoon()
  })
  // what keeps the process alive is the transport's own socket
  inner.unref()
  outward.unref()
}

function carry(from: net.Socket, to: net.Socket, tell: (bytes: Buffer) => void): void {
  from.on('data', (bytes: Buffer) => {
    tell(bytes)
    if (!to.writable || to.write(bytes)) return
    from.pause()
    to.once('drain', () => from.resume())
  })
  from.resume()
}
