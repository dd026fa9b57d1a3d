/** The vendors' own clients, each shown the way to our server. */
import { createRequire } from 'node:module'
import { Readable } from 'node:stream'
import { base64, read } from './lent.ts'
import type { Upload } from './subject.ts'

const require = createRequire(import.meta.url)

type BaiduSdk = {
  readonly ocr: new (...keys: string[]) => {
    setAccessToken(token: string, expires: number): void
    generalBasic(image: string, options: object): Promise<unknown>
  }
  readonly HttpClient: { setRequestInterceptor(change: (options: Record<string, any>) => object): void }
}

const baidu: Upload = async ({ origin, path, file }) => {
  const { HttpClient, ocr: Ocr } = require('baidu-aip-sdk') as BaiduSdk
  let number = 0
  HttpClient.setRequestInterceptor((options) => {
    // it asks for a token as soon as it is made
    const isToken = String(options['url']).includes('/oauth/')
    options['url'] = origin + (isToken ? '/oauth/2.0/token' : `${path}${++number}`)
    options['timeout'] = 60_000
    delete options['headers']?.Host
    return options
  })
  const client = new Ocr('1', 'key', 'secret')
  client.setAccessToken('token', 2_592_000)
  return async () => client.generalBasic(await base64(file), {})
}

const tencent: Upload = async ({ origin, file }) => {
  const { ocr } = (await import('tencentcloud-sdk-nodejs-ocr')).default
  const client = new ocr.v20181119.Client({
    credential: { secretId: 'id', secretKey: 'key' },
    region: 'ap-guangzhou',
    profile: { httpProfile: { protocol: 'http://', endpoint: new URL(origin).host, reqTimeout: 60 } },
  })
  return async () => client.GeneralBasicOCR({ ImageBase64: await base64(file) })
}

const alibaba: Upload = async ({ origin, file }) => {
  const { Config } = await import('@alicloud/openapi-core/dist/utils.js')
  const { default: Alibaba, RecognizeGeneralRequest } = await import('@alicloud/ocr-api20210707')
  const { default: Client } = Alibaba as unknown as {
    readonly default: typeof import('@alicloud/ocr-api20210707').default
  }
  const { host } = new URL(origin)
  const keys = { accessKeyId: 'id', accessKeySecret: 'key' }
  const client = new Client(new Config({ ...keys, endpoint: host, protocol: 'HTTP', readTimeout: 60_000 }))
  return async () => {
    using picture = await read(file)
    return await client.recognizeGeneral(new RecognizeGeneralRequest({ body: Readable.from(picture.bytes) }))
  }
}

export const sdks: Readonly<Record<string, Upload>> = {
  'baidu-aip-sdk': baidu,
  'tencentcloud-sdk-nodejs-ocr, JSON': tencent,
  '@alicloud/ocr-api20210707, raw bytes': alibaba,
}
