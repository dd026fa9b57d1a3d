import { isPenstockError } from '@penstock/core'
import { type Check, findings, plainClient, whyOf } from '@penstock/core/doctor'
import { generalBasic } from '../vendors/baidu/index.ts'
import { askNothing } from './ask-nothing.ts'
import { askToken } from './ask-token.ts'

const console = 'https://console.bce.baidu.com/ai/#/ai/ocr/overview/index'

const says = findings('quota', {
  unasked: [
    'skip',
    [
      'not measured: --spend 10 sends 10 requests at once to find the limit',
      '未测量：--spend 10 会同时发送 10 个请求以测出上限',
    ],
  ],
  none: ['skip', ['there are no keys to ask with', '没有可用的密钥']],
  roomy: ['ok', ['{sent} requests at once, and none was too many', '同时发送 {sent} 个请求，均未超限']],
  limit: [
    'ok',
    [
      'of {sent} requests at once {passed} passed, the others were too many (18): set rateLimit({ limit: {passed} })',
      '同时发送 {sent} 个请求，通过 {passed} 个，其余超过 QPS 上限（18）：请设置 rateLimit({ limit: {passed} })',
    ],
  ],
  used: [
    'fail',
    ['{code}: {en}', '{code}：{zh}'],
    [`Buy more or wait for tomorrow: ${console}`, `购买更多额度或等到明天：${console}`],
  ],
  failed: ['fail', ['{code}: {en}', '{code}：{zh}'], ['{fix}', '{fixZh}']],
})

/**
 * How many requests a second pass, by sending them at once without an image.
 *
 * @param spend how many; 0 sends none
 */
export const quotaCheck = (spend: number): Check => ({
  id: 'quota',
  about: { en: 'requests a second and a day (with --spend)', zh: 'QPS 与每日配额（需 --spend）' },
  needs: ['permission'],
  online: true,
  async run(scene) {
    if (spend === 0) return [says.unasked()]
    try {
      const token = await askToken(scene)
      if (token === undefined) return [says.none()]
      await using http = plainClient(scene)
      // the checks before this one have used up some of the second
      await new Promise<void>((resolve) => scene.clock.setTimer(resolve, 1100))
      const asks = Array.from({ length: spend }, () => askNothing(http, generalBasic, token.secret, scene.signal))
      const said = await Promise.all(asks)
      const used = said.find(({ row }) => row?.verdict === 'quota')
      if (used !== undefined)
        return [says.used({ code: used.code, en: used.row?.meaning.en, zh: used.row?.meaning.zh })]
      const limited = said.filter(({ row }) => row?.verdict === 'rate').length
      return [limited === 0 ? says.roomy({ sent: spend }) : says.limit({ sent: spend, passed: spend - limited })]
    } catch (error) {
      if (!isPenstockError(error)) throw error
      return [says.failed(whyOf(error))]
    }
  },
})
