import { Console } from 'node:console'
import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { styleText } from 'node:util'
import { threadId } from 'node:worker_threads'
import { systemClock } from '../../clock.ts'
import { EndedCall } from '../ended-call.ts'
import type { Language } from '../explain.ts'
import type { Flight } from '../flight.ts'
import { flightLine } from '../flight-line.ts'
import { gate } from '../gate/gate.ts'
import { masked } from '../gate/masked.ts'
import type { Ledger } from '../ledger.ts'
import { waterfall } from '../waterfall.ts'
import { LineFile } from './line-file.ts'
import { wishes, type Wishes } from './wishes.ts'

/** A file grows no larger, in bytes. */
const most = 2 ** 28

/** What is to be done with each call that ended. Whatever goes wrong here is said in one line, and goes no further. */
export function diagnosing(text: string): (ledger: Ledger) => void {
  const wish = wishes(text)
  const { stderr } = process
  // its reader may be gone: that is no reason to end
  const console = new Console({ stdout: stderr, stderr, ignoreErrors: true })
  const say = (line: string) => console.error('%s', masked(line))
  const remark = (line: string) => say(`penstock: ${line.replace(/\p{C}/gu, ' ')}`)
  if (wish.unknown.length > 0)
    remark(
      `PENSTOCK_DIAGNOSE knows no ${wish.unknown.join(', ').slice(0, 80)}: give errors or all, then json or line or dir:PATH`,
    )
  const tell = wish.dir === undefined ? (flight: Flight) => say(view(flight, wish)) : toFile(wish.dir, remark)
  return (ledger) => {
    const call = new EndedCall(ledger)
    if (call.failed || wish.every) tell(call.flight)
  }
}

function view(flight: Flight, { as }: Wishes): string {
  if (as === 'json') return JSON.stringify(flight)
  const lang = language(process.env)
  if (as === 'line') return flightLine(flight, { lang })
  const { stderr } = process
  const columns = Math.min(100, stderr.columns ?? 100)
  return `${waterfall(flight, { columns, lang, color: styleText('red', '!', { stream: stderr }) !== '!' })}\n`
}

/** As the command has it. */
function language(env: NodeJS.ProcessEnv): Language {
  const named = env['PENSTOCK_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return named.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}

function toFile(dir: string, say: (line: string) => void): (flight: Flight) => void {
  const time = new Date(systemClock.date()).toISOString().replaceAll(/[-:]|\..*/g, '')
  const thread = threadId === 0 ? '' : `-${threadId}`
  const path = join(dir, `penstock-${time}-${process.pid}${thread}-${randomUUID().slice(0, 8)}.penstock`)
  const said = new Set<string>()
  const once = (line: string) => {
    if (said.has(line)) return
    said.add(line)
    say(line)
  }
  const refused = (why: string) => once(`calls cannot be written to ${path}: ${why}`)
  const file = new LineFile(path, (error) => {
    if (error === undefined) once(`calls are written to ${path}`)
    else refused(codeOf(error))
  })
  let left = most
  return (flight) => {
    try {
      const line = gate(path, `${JSON.stringify(flight)}\n`)
      left -= Buffer.byteLength(line)
      if (left < 0) refused(`it has grown to ${most / 2 ** 20} MiB`)
      else if (!file.add(line)) refused('the disk is slower than the calls')
    } catch (error) {
      refused(codeOf(error))
    }
  }
}

const codeOf = (error: unknown) => String((error as { code?: unknown }).code)
