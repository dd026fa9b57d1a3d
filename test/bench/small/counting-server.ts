/**
 * HTTP/1.1 over bare sockets, in a process of its own, so that the server is never what is measured. It counts the requests
 * of each subject, and adds up their numbers: every request has a URL of its own, `/json/SUBJECT?n=NUMBER`.
 */
import { createServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { answers } from '../harness/child.ts'

export type Counted = { readonly requests: number; readonly sum: number }

const text = '{"log_id":1234567890123,"words_result":[{"words":"hello"}],"words_result_num":1}'
const reply = Buffer.from(
  `HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: ${text.length}\r\nConnection: keep-alive\r\n\r\n${text}`,
)
const line = /^[A-Z]+ (?:https?:\/\/[^/]+)?\/json\/(\d+)\?n=(\d+)/
const counts = new Map<number, { requests: number; sum: number }>()

function count(head: string): void {
  const [, subject, number] = line.exec(head) ?? []
  const key = Number(subject ?? -1)
  let counted = counts.get(key)
  if (counted === undefined) counts.set(key, (counted = { requests: 0, sum: 0 }))
  counted.requests++
  counted.sum += Number(number ?? 0)
}

const server = createServer((socket) => {
  let held = ''
  let missing = 0
  socket.setNoDelay(true)
  socket.on('error', () => socket.destroy())
  socket.on('data', (piece) => {
    if (missing > 0) {
      missing -= piece.length
      if (missing <= 0) socket.write(reply)
      return
    }
    held += piece.toString('latin1')
    for (let end; (end = held.indexOf('\r\n\r\n')) >= 0;) {
      const head = held.slice(0, end + 2)
      const rest = held.slice(end + 4)
      count(head)
      const length = Number(/\r\ncontent-length: *(\d+)/i.exec(head)?.[1] ?? 0)
      if (/\r\ntransfer-encoding:/i.test(head)) throw new Error('a body of no known length')
      missing = length - rest.length
      if (missing > 0) {
        held = ''
        return
      }
      missing = 0
      held = rest.slice(length)
      socket.write(reply)
    }
  })
})

await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
answers(async (question: 'port' | number) =>
  question === 'port'
    ? (server.address() as AddressInfo).port
    : ((counts.get(question) ?? { requests: 0, sum: 0 }) satisfies Counted),
)
