import { type Facts, InputError, type NoteKind, notes } from '@penstock/core'
import type { OcrEndpoint } from './descriptor.ts'
import { encodedSize } from './image/encoded-size.ts'
import { documentFits, type Fit, fits, urlFits } from './image/fits.ts'
import { look } from './image/look.ts'
import type { Refusal } from './image/refusal.ts'
import { type ImageSource, readSource, type Source } from './image/source.ts'

/** An endpoint's input before its images are read. */
export type Given = Readonly<Record<string, unknown>>

export type Prepared = {
  /** What the endpoint's schema takes. */
  readonly input: Given
  readonly notes: readonly { readonly kind: NoteKind; readonly facts: Facts }[]
}

const says = notes('image', {
  beyond: [
    'sent, though {code}: one dated limit forbids it and another allows it',
    '仍然发送，尽管 {code}：某一版文档禁止，另一版允许',
  ],
  ratio: ['sent, though beyond the ratio of 1:4 that is advised', '仍然发送，尽管超出建议的 1:4 长宽比'],
})

/**
 * Everything that can be known before anything is sent: options by the endpoint's schema, then the image, read once and
 * looked at.
 *
 * @throws InputError with the code of what is wrong, its cause and what to do
 */
export async function prepare(endpoint: OcrEndpoint, given: Given, signal?: AbortSignal): Promise<Prepared> {
  checkOptions(endpoint, given)
  if (given['image'] !== undefined) return prepareImage(endpoint, given, signal)
  for (const name of documents) if (given[name] !== undefined) return prepareDocument(endpoint, given, name, signal)
  const { url } = given
  return { input: given, notes: noted(passed(endpoint, urlFits(String(url), endpoint.image))) }
}

const documents = ['pdf_file', 'ofd_file'] as const
const placeholder = new Uint8Array()

/** Options first: no file is opened, and no stream used up, for a call that cannot be made. */
function checkOptions({ id, input }: OcrEndpoint, given: Given): void {
  const stand = isRecord(given)
    ? Object.fromEntries(
        Object.entries(given).map(([name, value]) => [
          name,
          isSource(name) && value !== undefined ? placeholder : value,
        ]),
      )
    : given
  const { issues } = input['~standard'].validate(stand) as { readonly issues?: readonly Issue[] }
  if (issues === undefined) return
  const cause = issues
    .map(({ path = [], message }) => (path.length === 0 ? message : `${path.join('.')}: ${message}`))
    .join('; ')
  const special = issues.find(({ params }) => params?.code !== undefined)?.params
  throw new InputError(
    special?.code ?? 'INPUT_INVALID',
    `${id}: ${cause}`,
    special?.zh === undefined
      ? {}
      : { zh: `${id}：${special.zh}`, hint: special.code === 'PAGE_WITHOUT_DOCUMENT' ? pageAlone : oneSource },
  )
}

const oneSource = {
  en: 'Give exactly one of image, url, pdf_file, ofd_file.',
  zh: '请在 image、url、pdf_file、ofd_file 中只给出一个。',
}

const pageAlone = {
  en: 'Leave the page number out, or give the document it belongs to.',
  zh: '请去掉页码，或同时给出对应的文档。',
}

/** What a caller without types hands over may be anything: a path alone, nothing. */
const isRecord = (given: unknown) => typeof given === 'object' && given !== null

const isSource = (name: string) => name === 'image' || name === 'pdf_file' || name === 'ofd_file'

type Issue = {
  readonly path?: readonly PropertyKey[]
  readonly message: string
  readonly params?: { readonly code?: string; readonly zh?: string }
}

async function prepareImage(endpoint: OcrEndpoint, given: Given, signal?: AbortSignal): Promise<Prepared> {
  const { image, ...options } = given
  const source = await opened(endpoint, image as ImageSource, signal)
  if (source.kind === 'url') {
    const fit = passed(endpoint, urlFits(source.url, endpoint.image))
    return { input: { ...options, url: source.url }, notes: noted(fit) }
  }
  const looked = passed(endpoint, look(source.bytes, source.name))
  const encoded = encodedSize(source.bytes)
  const fit = passed(endpoint, fits(looked, encoded, endpoint.image))
  return { input: { ...options, image: source.bytes }, notes: noted(fit) }
}

async function prepareDocument(
  endpoint: OcrEndpoint,
  given: Given,
  name: string,
  signal?: AbortSignal,
): Promise<Prepared> {
  const source = await opened(endpoint, given[name] as ImageSource, signal)
  if (source.kind === 'url')
    throw new InputError('SOURCE_UNKNOWN', `${endpoint.id}: ${name} cannot be a remote url`, {
      hint: { en: 'Download it and give its bytes or its path.', zh: '请下载后以字节或路径给出。' },
    })
  const fit = passed(endpoint, documentFits(encodedSize(source.bytes), endpoint.image))
  return { input: { ...given, [name]: source.bytes }, notes: noted(fit) }
}

const opened = async (endpoint: OcrEndpoint, image: ImageSource, signal?: AbortSignal): Promise<Source> =>
  passed(endpoint, await readSource(image, { signal }))

/** What is refused is thrown, in both languages. */
function passed<Passing extends { readonly failed: false }>({ id }: OcrEndpoint, found: Passing | Refusal): Passing {
  if (!found.failed) return found
  throw new InputError(found.code, `${id}: ${found.cause.en}`, { hint: found.advice, zh: `${id}：${found.cause.zh}` })
}

const noted = ({ notes: remarks }: Fit) =>
  remarks.map(({ code }) => ({ kind: code === 'IMAGE_RATIO' ? says.ratio : says.beyond, facts: { code } }))
