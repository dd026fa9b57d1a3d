import { isPenstockError } from '@penstock/core'
import { type Check, type Finding, findings, plainClient, whyOf } from '@penstock/core/doctor'
import { accurate, accurateBasic, general, generalBasic } from '../vendors/baidu/index.ts'
import { askNothing, type Said } from './ask-nothing.ts'
import { askToken } from './ask-token.ts'

const says = findings('permission', {
  given: ['ok', ['{endpoints} may be called', '可以调用 {endpoints}']],
  none: ['skip', ['there are no keys to ask with', '没有可用的密钥']],
  denied: ['fail', ['{endpoint}: {code}, {en}', '{endpoint}：{code}，{zh}'], ['{fix}', '{fixZh}']],
  unsure: ['warn', ['{endpoint}: {code}, {en}', '{endpoint}：{code}，{zh}'], ['{fix}', '{fixZh}']],
  failed: ['fail', ['{code}: {en}', '{code}：{zh}'], ['{fix}', '{fixZh}']],
})

const endpoints = { generalBasic, accurateBasic, general, accurate } as const

/** One request without an image to each endpoint: what the gateway says of it tells whether the application may call it. */
export const permissionCheck: Check = {
  id: 'permission',
  about: { en: 'which endpoints the application may call', zh: '应用可调用的接口' },
  needs: ['token'],
  online: true,
  async run(scene) {
    try {
      const token = await askToken(scene)
      if (token === undefined) return [says.none()]
      await using http = plainClient(scene)
      const asked = Object.entries(endpoints).map(async ([endpoint, to]) => ({
        endpoint,
        said: await askNothing(http, to, token.secret, scene.signal),
      }))
      const answers = await Promise.all(asked)
      const judged = answers.map(({ endpoint, said }) => ({ endpoint, finding: judge(endpoint, said) }))
      const good = judged.filter(({ finding }) => finding === undefined).map(({ endpoint }) => endpoint)
      return [
        ...(good.length > 0 ? [says.given({ endpoints: good.join(', ') })] : []),
        ...judged.flatMap(({ finding }) => finding ?? []),
      ]
    } catch (error) {
      if (!isPenstockError(error)) throw error
      return [says.failed(whyOf(error))]
    }
  },
}

/** Undefined when the endpoint may be called. */
function judge(endpoint: string, { code, row }: Said): Finding | undefined {
  if (row === undefined || row.verdict === 'input' || row.verdict === 'size' || row.verdict === 'rate') return undefined
  const { meaning, advice, verdict } = row
  const facts = { endpoint, code, en: meaning.en, zh: meaning.zh, fix: advice.en, fixZh: advice.zh }
  return ['denied', 'auth', 'token', 'quota'].includes(verdict) ? says.denied(facts) : says.unsure(facts)
}
