import { createRequire } from 'node:module'
import type { Emulator } from '@penstock/ocr/emulator'

const aip = createRequire(import.meta.url)('baidu-aip-sdk')

/** Baidu's own SDK, which asks the emulator, and has a minute for it in place of ten seconds: the machine may be busy. */
export function vendorSdk({ url, apiKey, secretKey }: Pick<Emulator, 'url' | 'apiKey' | 'secretKey'>): any {
  aip.HttpClient.setRequestInterceptor((request: { url: string }) => ({
    ...request,
    url: request.url.replace('https://aip.baidubce.com', url),
    timeout: 60_000,
  }))
  return new aip.ocr('1', apiKey, secretKey)
}
