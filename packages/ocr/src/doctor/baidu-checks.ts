import { type Check, generalChecks } from '@penstock/core/doctor'
import { configCheck } from './config-check.ts'
import { credentialsCheck } from './credentials-check.ts'
import { imageCheck } from './image-check.ts'
import { permissionCheck } from './permission-check.ts'
import { quotaCheck } from './quota-check.ts'
import { tokenCheck } from './token-check.ts'

export type BaiduChecksOptions = {
  /** An image to look at before it is sent. @default none */
  readonly image?: string
  /** Requests that may be sent to find the limit a second. @default 0 */
  readonly spend?: number
}

/** Everything a call to Baidu needs: local and cheap first, what spends last. */
export function baiduChecks({ image, spend = 0 }: BaiduChecksOptions = {}): readonly Check[] {
  const [runtime, ...network] = generalChecks
  return [
    runtime!,
    configCheck,
    credentialsCheck,
    imageCheck(image),
    ...network,
    tokenCheck,
    permissionCheck,
    quotaCheck(spend),
  ]
}
