import net from 'node:net'
import { type Canary, canary } from './canary.ts'

/**
 * Every answer that a server of this process writes in HTTP/1 carries canaries from now on: in a header, a cookie, the
 * reason, a field of its JSON, a comment of its HTML. What is wrong with the answer stays wrong.
 */
export function talkative(): { readonly canaries: readonly Canary[]; readonly answered: () => number } & Disposable {
  const own = {
    header: canary('a header of the reply', '"<&>\' '),
    cookie: canary('a cookie of the reply'),
    field: canary('a field of the result', "<&>' +ü"),
    page: canary('the page'),
  }
  const write = Reflect.get(net.Socket.prototype, 'write') as Write
  let answered = 0
  net.Socket.prototype.write = function (this: net.Socket, ...args: unknown[]) {
    const [chunk, encoding] = args
    const bytes =
      typeof chunk === 'string' ? Buffer.from(chunk, asEncoding(encoding)) : Buffer.from(chunk as Uint8Array)
    const text = bytes.toString('latin1')
    if (!/^HTTP\/1\.[01] \d{3} /.test(text) || !('server' in this)) return write.apply(this, args)
    answered++
    return write.apply(this, [spoken(text, own), 'latin1', args.find((one) => typeof one === 'function')])
  }
  return {
    canaries: Object.values(own),
    answered: () => answered,
    [Symbol.dispose]() {
      net.Socket.prototype.write = write
    },
  }
}

type Write = (this: net.Socket, ...args: unknown[]) => boolean

const asEncoding = (given: unknown) => (typeof given === 'string' ? (given as BufferEncoding) : 'utf8')

type Own = Readonly<Record<'header' | 'cookie' | 'field' | 'page', Canary>>

function spoken(text: string, { header, cookie, field, page }: Own): string {
  const end = text.indexOf('\r\n\r\n')
  if (end < 0) return text
  const body = text.slice(end + 4)
  const said = JSON.stringify(field.value)
  const told = body.startsWith('{')
    ? `{"canary":${Buffer.from(said).toString('latin1')}${body.trimEnd() === '{}' ? '' : ','}${body.slice(1)}`
    : body.replace(/^<(?!!)/, `<!-- ${page.value} --><`)
  const extra = `x-canary: ${header.value}\r\nset-cookie: canary=${cookie.value}\r\n`
  const head = text.slice(0, end).replace('\r\n', `\r\n${extra}`)
  const longer = (_: string, name: string, length: string) => `${name}${Number(length) + told.length - body.length}`
  return `${head.replace(/(content-length: )(\d+)/i, longer)}\r\n\r\n${told}`
}
