import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

/** What the gateway in front of every Baidu service says: who may call, how often, with which token. */
export const gatewayErrors = {
  1: {
    verdict: 'server',
    code: 'SERVER_ERROR',
    message: 'Unknown error',
    meaning: { en: 'The server failed and does not say why.', zh: '服务器内部错误，原因未知。' },
    advice: {
      en: 'Try again. If it goes on, open a ticket with Baidu and give the log_id.',
      zh: '请再次请求；如果持续出现，请携带 log_id 提交工单。',
    },
    source: sources.apiCodes,
  },
  2: {
    verdict: 'server',
    code: 'SERVICE_UNAVAILABLE',
    message: 'Service temporarily unavailable',
    meaning: { en: 'The service is down for the moment.', zh: '服务暂不可用。' },
    advice: {
      en: 'Try again after a pause. If it goes on, open a ticket with Baidu and give the log_id.',
      zh: '请稍候再次请求；如果持续出现，请携带 log_id 提交工单。',
    },
    source: sources.apiCodes,
  },
  3: {
    verdict: 'input',
    code: 'API_NOT_FOUND',
    message: 'Unsupported openapi method',
    meaning: { en: 'There is no API at this path.', zh: '调用的 API 不存在。' },
    advice: {
      en: 'Check the path letter by letter: a full-width or non-ASCII hyphen copied from a page is the usual cause.',
      zh: '请逐字检查请求路径，常见原因是从网页复制了全角或非英文的“-”。',
    },
    source: sources.apiCodes,
  },
  4: {
    verdict: 'busy',
    code: 'CLUSTER_LIMIT',
    message: 'Open api request limit reached',
    meaning: {
      en: 'Baidu’s own cluster is over its limit; it is not your quota.',
      zh: '百度集群超限额，与您的配额无关。',
    },
    advice: {
      en: 'Try again in a few seconds. If it goes on, open a ticket with Baidu.',
      zh: '请几秒后再次请求；如果持续出现，请提交工单。',
    },
    source: sources.codes,
  },
  6: {
    verdict: 'denied',
    code: 'API_NOT_ENABLED',
    message: 'No permission to access data',
    meaning: {
      en: 'The credential is good, but its application was created without this API.',
      zh: '凭证有效，但创建应用时未勾选该接口，无权限访问。',
    },
    advice: {
      en: 'In Baidu’s console open the application, tick this API, save, and call again.',
      zh: '请登录百度智能云控制台，编辑对应的应用，勾选该接口后重试。',
    },
    source: sources.codes,
  },
  13: {
    verdict: 'token',
    code: 'SERVICE_TOKEN_FAILED',
    message: 'Get service token failed',
    meaning: {
      en: 'The gateway could not turn the access token into one for the service.',
      zh: '网关获取服务 token 失败。',
    },
    advice: {
      en: 'It is tried once more with a new access token. If that fails too, create the application anew in the console.',
      zh: '会换新的 access_token 再试一次；如仍失败，请在控制台重新创建应用。',
    },
    source: sources.customModel,
  },
  14: {
    verdict: 'auth',
    code: 'IAM_REFUSED',
    message: 'IAM Certification failed',
    meaning: { en: 'The signature of the request was refused.', zh: 'IAM 鉴权失败，签名未通过。' },
    advice: {
      en: 'Check that the key pair is of the right kind, has no stray space, and that this machine’s clock is right; or call with API key and secret key for an access token.',
      zh: '请检查 AK/SK 的类型、是否混入空格以及本机时钟，并对照文档自查 sign 的生成方式；或改用控制台中的 AK/SK 换取 access_token。',
    },
    source: sources.codes,
  },
  15: {
    verdict: 'auth',
    code: 'APP_NOT_FOUND',
    message: 'app not exists or create failed',
    meaning: { en: 'The application behind this key does not exist.', zh: '应用不存在或者创建失败。' },
    advice: {
      en: 'Look in the console whether the application was deleted; create it again and use its new keys.',
      zh: '请在控制台确认应用是否被删除，重新创建后使用新的 AK/SK。',
    },
    source: sources.customModel,
  },
  17: {
    verdict: 'quota',
    code: 'DAILY_QUOTA',
    message: 'Open api daily request limit reached',
    meaning: {
      en: 'The day’s requests, or the free ones, are used up.',
      zh: '每天请求量超限额，或免费测试资源已用完。',
    },
    advice: {
      en: 'Turn on billing for this API in the console, buy a package, or wait for midnight in China (UTC+8). Trying again today cannot help.',
      zh: '请在控制台开通计费或购买次数包，或等到次日零点（北京时间）；当天重试无效。',
    },
    source: sources.codes,
  },
  18: {
    verdict: 'rate',
    code: 'QPS_LIMIT',
    message: 'Open api qps request limit reached',
    meaning: {
      en: 'More requests in this second than this API allows your account.',
      zh: '每秒请求数（QPS）超过该接口的限额。',
    },
    advice: {
      en: 'Lower the rate of `rateLimit` to what the console shows (2 a second when free, 10 when paid), count other processes that use the same key, or buy more QPS.',
      zh: '请将 `rateLimit` 调到控制台显示的限额（免费 2 QPS，付费 10 QPS），并计入使用同一密钥的其他进程；或购买 QPS 叠加包。',
    },
    source: sources.codes,
  },
  19: {
    verdict: 'quota',
    code: 'TOTAL_QUOTA',
    message: 'Open api total request limit reached',
    meaning: { en: 'The whole allowance of requests is used up.', zh: '请求总量超限额。' },
    advice: {
      en: 'Turn on billing for this API in the console or buy a package. Trying again cannot help.',
      zh: '请在控制台开通计费或购买次数包；重试无效。',
    },
    source: sources.codes,
  },
  100: {
    verdict: 'token',
    code: 'TOKEN_MALFORMED',
    message: 'Invalid parameter',
    meaning: { en: 'The access_token is missing or malformed.', zh: 'access_token 参数缺失或无效。' },
    advice: {
      en: 'One new token is fetched and the call replayed. If that fails too, look whether access_token is in the query at all and whether it was cut.',
      zh: '会获取一次新的 token 并重放请求；如仍失败，请检查 URL 中是否带有 access_token、是否被截断。',
    },
    source: sources.customModel,
  },
  110: {
    verdict: 'token',
    code: 'TOKEN_INVALID',
    message: 'Access token invalid or no longer valid',
    meaning: { en: 'The access token is not, or no longer, valid.', zh: 'access_token 无效或已失效。' },
    advice: {
      en: 'One new token is fetched and the call replayed. If that fails too, check that no API key (bce-v3/…) stands where the token belongs.',
      zh: '会获取一次新的 token 并重放请求；如仍失败，请检查是否误将 API Key（bce-v3/…）当作 access_token。',
    },
    source: sources.codes,
  },
  111: {
    verdict: 'token',
    code: 'TOKEN_EXPIRED',
    message: 'Access token expired',
    meaning: { en: 'The access token has expired; it lives for 30 days.', zh: 'access_token 已过期（有效期 30 天）。' },
    advice: {
      en: 'One new token is fetched and the call replayed. If it comes often, check this machine’s clock.',
      zh: '会获取一次新的 token 并重放请求；如频繁出现，请检查本机时钟。',
    },
    source: sources.codes,
  },
  120: {
    verdict: 'rate',
    code: 'QPS_LIMIT',
    message: 'QPS limit exceeded',
    meaning: {
      en: 'More requests in this second than allowed, by the name an article gives it.',
      zh: 'QPS 超限（该编号仅见于第三方文章）。',
    },
    advice: {
      en: 'As for 18: lower the rate of `rateLimit`, or buy more QPS in the console.',
      zh: '同 18：请降低 `rateLimit`，或在控制台购买 QPS 叠加包。',
    },
    source: sources.article,
  },
} as const satisfies VerdictTable['rows']
