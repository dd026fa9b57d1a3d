import type * as Tesseract from 'tesseract.js'
import { dataFolder, type Language } from './language-data.ts'

/**
 * A tesseract worker for one language, made when first asked and again after it has died, never after `close()`. One
 * picture at a time.
 */
export type Reader = {
  /** The whole picture, or one line of it. Rejects with an Error: `unreadable` where the picture cannot be decoded, `engine` for any other reason. */
  read(picture: Uint8Array, line?: Tesseract.Rectangle): Promise<Tesseract.Block[]>
  close(): Promise<void>
}

export type ReaderError = Error & { readonly cause: 'unreadable' | 'engine' }

const parameters = {
  preserve_interword_spaces: '1',
  user_defined_dpi: '150',
  // the English model takes a lone capital I for it
  tessedit_char_blacklist: '|',
  // it speaks of diacritics on stderr
  debug_file: '/dev/null',
}

/** The engine's own name for its mode 7, which the library hands through. */
const singleLine = { tessedit_pageseg_mode: '7' }

export const reader = (language: Language): Reader => {
  let living: Promise<Living> | undefined
  let closed = false
  let queue: Promise<unknown> = Promise.resolve()
  const run = async (picture: Uint8Array, line?: Tesseract.Rectangle): Promise<Tesseract.Block[]> => {
    // what still waits in the row would start a worker that nobody ends
    if (closed) throw failure('the engine is closed', 'engine')
    living ??= start(language)
    try {
      const { worker, died } = await living
      const { data } = await Promise.race([
        worker.recognize(picture, line ? { rectangle: line, ...singleLine } : {}, { blocks: true, text: false }),
        died,
      ])
      return data.blocks ?? []
    } catch (reason) {
      const text = String(reason)
      if (/reading image|read image|pix not|decode/i.test(text)) throw failure(text, 'unreadable')
      const ended = living
      living = undefined
      await end(ended)
      throw failure(text, 'engine')
    }
  }
  return {
    read(picture, line) {
      const result = queue.then(() => run(picture, line))
      queue = result.catch(() => {})
      return result
    },
    async close() {
      closed = true
      const ended = living
      living = undefined
      await end(ended)
    },
  }
}

type Living = {
  readonly worker: Tesseract.Worker
  readonly died: Promise<never>
  readonly kill: (reason: Error) => void
}

const start = async (language: Language): Promise<Living> => {
  const langPath = dataFolder(language) ?? ''
  const { default: tesseract } = await import('tesseract.js')
  // without an errorHandler the library throws where nobody can catch
  const options = { langPath, cacheMethod: 'none', gzip: true, errorHandler: () => {} }
  const worker = await tesseract.createWorker(language, tesseract.OEM.LSTM_ONLY, options)
  await worker.setParameters({ ...parameters, tessedit_pageseg_mode: tesseract.PSM.AUTO })
  const { promise: died, reject: kill } = Promise.withResolvers<never>()
  died.catch(() => {})
  // the library listens to none of these: without a listener an error of the thread ends the process
  const { worker: thread } = worker as unknown as { worker: NodeJS.EventEmitter }
  thread.on('error', (error: Error) => kill(error))
  thread.on('exit', () => kill(new Error('the engine has ended')))
  return { worker, died, kill }
}

const end = async (living: Promise<Living> | undefined): Promise<void> => {
  const alive = await living?.catch(() => undefined)
  alive?.kill(new Error('the engine is closed'))
  await alive?.worker.terminate()
}

const failure = (message: string, cause: ReaderError['cause']): ReaderError =>
  Object.assign(new Error(message), { cause })
