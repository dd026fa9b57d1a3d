import {
  client,
  type Client,
  type ClientOptions,
  ConfigError,
  pipeline,
  type Plan,
  Secret,
  type Transport,
} from '@penstock/core'
import { gotTransport } from '@penstock/core/got'
import { baiduStack, type BaiduStackOptions } from './baidu-stack.ts'
import { type Operations, operations } from './operations.ts'
import { readBaidu } from './read/baidu.ts'
import { type Recognize, recognizer } from './recognize.ts'
import { accurate, accurateBasic, asks, general, generalBasic } from './vendors/baidu/index.ts'

const endpoints = { generalBasic, accurateBasic, general, accurate } as const

export type BaiduCredentials = {
  /** API Key, from the console. */
  readonly apiKey: string | Secret
  /** Secret Key, from the console. */
  readonly secretKey: string | Secret
}

export type BaiduOptions = BaiduStackOptions &
  Pick<ClientOptions, 'diagnose' | 'clock' | 'chance' | 'headers'> & {
    /** @default 'https://aip.baidubce.com' */
    readonly origin?: string
    /** @default gotTransport() */
    readonly transport?: Transport
  }

export type Baidu = Operations<typeof endpoints> & {
  /** Lines of text, the same for every vendor. */
  readonly recognize: Recognize<typeof endpoints>
  /** What a call goes through. */
  plan(): Plan
  readonly close: Client['close']
} & AsyncDisposable

/**
 * Baidu's OCR. One typed method an endpoint, with the vendor's own fields, and `recognize()` for lines that look the same
 * whatever the vendor. Every call goes through the default stack; its story is in `explain()` of the answer or the error.
 *
 * @throws ConfigError when a key is empty or holds spaces or line breaks
 * @example
 * ```ts
 * import { baidu } from '@penstock/ocr'
 * import { startEmulator } from '@penstock/ocr/emulator'
 *
 * await using emulator = await startEmulator({ qps: 2 })
 * await using ocr = baidu({ apiKey: emulator.apiKey, secretKey: emulator.secretKey }, { origin: emulator.url })
 * const page = await ocr.generalBasic({ image: 'invoice-en.png', probability: true })
 * page.words_result[0]?.words
 * const { lines } = await ocr.recognize('invoice-en.png')
 * ```
 */
export function baidu({ apiKey, secretKey }: BaiduCredentials, options: BaiduOptions = {}): Baidu {
  const { origin = 'https://aip.baidubce.com', transport = gotTransport() } = options
  const stack = pipeline(
    [...baiduStack({ apiKey: key('api_key', apiKey), secretKey: key('secret_key', secretKey) }, options)],
    transport,
  )
  const http = client({ ...options, pipeline: stack, origin })
  const methods = operations(http, endpoints)
  return {
    ...methods,
    recognize: recognizer(methods, { asks, read: readBaidu }),
    plan: () => stack.plan(),
    close: (options) => http.close(options),
    [Symbol.asyncDispose]: () => http.close(),
  }
}

/** A key as it is meant: pasted ones often bring a line break along, and the vendor's answer to that is a riddle. */
function key(name: string, value: string | Secret): Secret {
  const text = value instanceof Secret ? value.reveal() : value
  if (typeof text === 'string' && /^[\x21-\x7e]+$/.test(text))
    return value instanceof Secret ? value : new Secret(name, text)
  throw new ConfigError(
    'CONFIG_INVALID',
    `baidu(): the ${name} is empty, or holds a space, a line break or a character that no key has`,
    {
      hint: {
        en: 'Copy it from the console again, without what stands around it.',
        zh: '请从控制台重新复制，注意不要带入空格或换行。',
      },
    },
  )
}
