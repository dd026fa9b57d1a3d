/** How far from its own clock a service takes signatures, by the end of its host's name. */
const limits = [
  // no page of Baidu's gives a limit beside the life that a signature names itself: the strictest of the others
  { hosts: /(^|\.)(baidubce|bcebos)\.com$/, limit: 300_000 },
  // its error codes: AuthFailure.SignatureExpire
  { hosts: /(^|\.)tencentcloudapi\.com$/, limit: 300_000 },
  // https://help.aliyun.com/document_detail/48054.html: InvalidTimeStamp.Expired
  { hosts: /(^|\.)aliyuncs\.com$/, limit: 900_000 },
] as const

/** Milliseconds; five minutes where nothing is known. */
export const clockLimit = ({ hostname }: URL): number =>
  limits.find(({ hosts }) => hosts.test(hostname))?.limit ?? 300_000
