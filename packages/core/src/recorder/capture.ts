import { ConfigError } from '../errors.ts'
import { setTap } from '../transports/tap.ts'
import { bounded } from './capture/bounded.ts'
import { Recording } from './capture/recording.ts'
import { Relay } from './capture/relay.ts'
import { SecretFile } from './capture/secret-file.ts'
import { contains, emitWarning, type Warn } from './capture/sentences.ts'
import { PcapngWriter } from './pcapng/pcapng-writer.ts'

export type CaptureOptions = {
  /** A new file, `.pcapng`; readable by its owner alone. */
  readonly file: string
  /** That you know: the file holds credentials, bodies and answers, and the keys to them. */
  readonly consent: true
  /** A new file for the TLS keys alone, in the form of SSLKEYLOGFILE. @default what SSLKEYLOGFILE names, added to */
  readonly keylog?: string
  /** Bytes of the file at most; calls go on without it. @default 268_435_456 */
  readonly maxBytes?: number
  /** Told what the file holds, and when it ends early. @default process.emitWarning */
  readonly warn?: Warn
}

export type Capture = AsyncDisposable & {
  readonly file: string
  /** Packets in the file so far. */
  readonly packets: number
  /** Nothing more is taken down. Connections that are open go on. */
  close(): Promise<void>
}

/**
 * Takes down what calls of level `wire` send and receive, in a file that Wireshark reads and decrypts by itself, without
 * being root. They have connections of their own, on both transports, through a port of this process on 127.0.0.1 that takes
 * nobody else. One at a time in a process; other calls do not notice it.
 *
 * TLS, the order of bytes and their times are those of the wire. TCP is made up around them: for retransmissions and round
 * trips use dumpcap.
 *
 * @throws ConfigError `CONFIG_INVALID`: no consent, a file that is there already, another capture that runs
 * @example
 * ```ts
 * import { client, pipeline } from '@penstock/core'
 * import { capture } from '@penstock/core/diagnose'
 * import { gotTransport } from '@penstock/core/got'
 *
 * const http = client({ pipeline: pipeline([], gotTransport()), origin: 'https://api.example.com', diagnose: 'wire' })
 * const once = async (file: string) => {
 *   await using _ = await capture({ file, consent: true })
 *   return await http.get('/')
 * }
 * ```
 */
export async function capture(options: CaptureOptions): Promise<Capture> {
  const { file, keylog, maxBytes = 268_435_456, warn = emitWarning } = checked(options)
  if (running) throw invalid('another capture runs: close it first')
  const packets = new SecretFile(file, 'wx')
  const keys = keyLog(keylog, () => packets.remove(file))
  running = true
  const sentence = contains(file)
  const recording = new Recording(new PcapngWriter(bounded(file, packets, maxBytes, warn), sentence.en))
  const tellKeys = keys && bounded('the key log', keys, maxBytes, warn)
  const relay = new Relay(`capture ${++count}`, recording, (line) => {
    recording.secrets(line)
    tellKeys?.(line)
  })
  const close = async () => {
    if (closed) return
    closed = true
    setTap(undefined)
    await relay.close()
    recording.end()
    packets.close()
    keys?.close()
    running = false
  }
  let closed = false
  await relay.listen()
  setTap(relay)
  warn(sentence)
  return {
    file,
    get packets() {
      return recording.packets
    },
    close,
    [Symbol.asyncDispose]: close,
  }
}

let running = false
let count = 0

function keyLog(path: string | undefined, giveUp: () => void): SecretFile | undefined {
  const shared = process.env['SSLKEYLOGFILE']
  try {
    if (path !== undefined) return new SecretFile(path, 'wx')
    return shared ? new SecretFile(shared, 'a') : undefined
  } catch (error) {
    giveUp()
    throw error
  }
}

function checked(options: CaptureOptions): CaptureOptions {
  const { file, consent, keylog, maxBytes = Infinity } = Object(options) as Partial<CaptureOptions>
  if (typeof file !== 'string' || file === '') throw invalid('file is none: name a new one, say call.pcapng')
  if (keylog !== undefined && (typeof keylog !== 'string' || keylog === ''))
    throw invalid('keylog is no file: name a new one, say keys.log')
  if (consent !== true)
    throw invalid('consent is not true: the file holds credentials, bodies and the keys to them, so this must be said')
  if (!(maxBytes >= 4096)) throw invalid(`maxBytes is ${String(maxBytes)}: give a number from 4096 up`)
  return options
}

const invalid = (because: string) => new ConfigError('CONFIG_INVALID', `capture: ${because}`)
