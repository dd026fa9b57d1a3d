import { type Answer, InputError, type RequestOptions } from '@penstock/core'
import type { OcrEndpoint } from './descriptor.ts'
import type { ImageSource } from './image/source.ts'
import type { Page } from './lines.ts'
import type { OcrInput, Operations } from './operations.ts'

/** What was read, in the same words for every vendor, and the vendor's own reply beside it. */
export type Recognized<Reply = unknown> = Page &
  Pick<Answer<object>, 'explain' | 'ledger'> & {
    /** The vendor's reply, in its own fields. */
    readonly reply: Reply
  }

type Endpoints = Readonly<Record<string, OcrEndpoint>>

type Sources = 'image' | 'url' | 'pdf_file' | 'ofd_file'

/** Read an image. `options` are the endpoint's own, and win over what is asked for by default. */
export type Recognize<All extends Endpoints> = <const Name extends keyof All = 'general'>(
  image: ImageSource,
  options?: Omit<OcrInput<All[Name]>, Sources> & {
    /** @default 'general', which says where each line stands */
    readonly endpoint?: Name
  },
  request?: RequestOptions,
) => Promise<Recognized<Awaited<ReturnType<Operations<All>[Name]>>>>

export type Recognition = {
  /** What each endpoint is asked for beside the text. */
  readonly asks: Readonly<Record<string, object>>
  /** The vendor's reply as lines. */
  readonly read: (reply: never) => Page
}

/** `recognize()` over a vendor's methods. */
export function recognizer<All extends Endpoints>(
  methods: Operations<All>,
  { asks, read }: Recognition,
): Recognize<All> {
  const recognize = async (
    image: ImageSource,
    { endpoint = 'general', ...options }: { endpoint?: string } = {},
    request?: RequestOptions,
  ) => {
    if (!Object.hasOwn(methods, endpoint))
      throw new InputError(
        'INPUT_INVALID',
        `recognize(): there is no endpoint ${endpoint}; there are ${Object.keys(methods).join(', ')}`,
      )
    const reply = await methods[endpoint as keyof All]({ image, ...asks[endpoint], ...options } as never, request)
    const { explain, ledger } = reply
    return Object.defineProperties({ ...read(reply as never) }, hidden({ reply, explain, ledger }))
  }
  return recognize as unknown as Recognize<All>
}

/** There to be asked for, and not in the way of those who print or serialise lines. */
const hidden = (values: object) =>
  Object.fromEntries(Object.entries(values).map(([name, value]) => [name, { value, enumerable: false }]))
