import { isPenstockError } from '../errors.ts'
import type { Result } from '../result.ts'
import type { Check } from './check.ts'
import { type Finding, findings } from './findings.ts'
import { plainClient } from './plain-client.ts'
import { whyOf } from './why-of.ts'
import { within } from './within.ts'

const says = findings('http', {
  answers: ['ok', ['GET {path} → {status}{type}', 'GET {path} → {status}{type}']],
  redirects: [
    'warn',
    ['GET {path} → {status}, to {target}', 'GET {path} → {status}，重定向到 {target}'],
    [
      'Use {target} as the origin, or put redirect() into the stack; a sign-in page in its place means a captive portal.',
      '改用 {target} 作为 origin，或在栈中加入 redirect()；若跳转到登录页，说明需要网络认证。',
    ],
  ],
  moved: [
    'ok',
    ['GET {path} → {status}, to another path of the server', 'GET {path} → {status}，重定向到同一服务器的其他路径'],
  ],
  circle: [
    'warn',
    [
      'GET {path} → {status}, to where it came from: a redirect in a circle',
      'GET {path} → {status}，又重定向到自身：循环重定向',
    ],
    [
      'Ask for another path, or tell who runs the server; a server that wants a cookie first does so too.',
      '请换一个路径，或联系服务方；要求先有 Cookie 的服务器也会如此。',
    ],
  ],
  portal: [
    'fail',
    ['a network that wants a sign-in answers in the place of the server (511)', '网络要求登录，代替服务器应答（511）'],
    ['Sign in to the network in a browser.', '请在浏览器中登录该网络。'],
  ],
  broken: [
    'warn',
    [
      'GET {path} → {status}: the server, or what stands before it, is in trouble',
      'GET {path} → {status}：服务器或其前置代理出现故障',
    ],
    [
      'Usually passing: put retry() into the stack. If it stays, tell who runs the server.',
      '多为瞬时故障：在栈中加入 retry()。若持续出现，请联系服务方。',
    ],
  ],
  silent: [
    'fail',
    ['GET {path} is taken, and not answered within {patience:ms}', 'GET {path} 已被接收，但 {patience:ms} 内没有应答'],
    [
      'See whether it hangs or is slow: curl -v -m 60 -o /dev/null {url}',
      '区分挂起与缓慢：curl -v -m 60 -o /dev/null {url}',
    ],
  ],
  concluded: ['fail', ['{en}', '{zh}'], ['{fix}', '{fixZh}']],
})

/** Milliseconds, less than a check has. */
const patience = 4000

/** A request without a credential, by a client without layers. Any status is an answer. */
export const httpCheck: Check = {
  id: 'http',
  about: { en: 'a plain request', zh: '一次普通请求' },
  needs: ['tcp', 'tls'],
  online: true,
  async run(scene) {
    const { origin, clock } = scene
    using limit = within(clock, patience, scene.signal)
    const { signal } = limit
    await using http = plainClient(scene)
    try {
      const result = await http.send({ path: origin.pathname + origin.search, stream: true, signal })
      result.discard()
      return [judged(result, origin)]
    } catch (error) {
      if (signal.aborted)
        return [says.silent({ path: origin.pathname, url: origin.origin + origin.pathname, patience })]
      if (!isPenstockError(error)) throw error
      return [says.concluded(whyOf(error))]
    }
  },
}

function judged(result: Result, origin: URL): Finding {
  const { status } = result
  const path = origin.pathname
  if (status === 511) return says.portal()
  if (status >= 500) return says.broken({ path, status })
  const target = URL.parse(result.header('location') ?? '', origin.href)
  if (status >= 300 && status < 400 && target !== null && /^https?:$/.test(target.protocol)) {
    if (target.origin !== origin.origin) return says.redirects({ path, status, target: target.origin })
    return target.pathname + target.search === path + origin.search
      ? says.circle({ path, status })
      : says.moved({ path, status })
  }
  const [type = ''] = (result.header('content-type') ?? '').split(';')
  return says.answers({ path, status, type: /^[\w.+-]+\/[\w.+-]+$/.test(type) ? ` ${type}` : '' })
}
