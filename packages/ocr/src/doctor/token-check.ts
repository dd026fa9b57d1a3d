import { isPenstockError } from '@penstock/core'
import { type Check, findings, whyOf } from '@penstock/core/doctor'
import { askToken } from './ask-token.ts'

const says = findings('token', {
  given: ['ok', ['{token} for {days} days, {count} scopes', '{token}，有效期 {days} 天，{count} 个权限范围']],
  none: ['skip', ['there are no keys to ask with', '没有密钥可用于获取 token']],
  refused: ['fail', ['{code}: {en}', '{code}：{zh}'], ['{fix}', '{fixZh}']],
  scope: [
    'warn',
    [
      'the token has no scope of OCR (brain_all_scope): its application was made without it',
      'token 不含文字识别权限（brain_all_scope）：创建应用时未勾选',
    ],
    [
      'Tick OCR in the application: https://console.bce.baidu.com/ai/#/ai/ocr/app/list',
      '请在应用中勾选文字识别：https://console.bce.baidu.com/ai/#/ai/ocr/app/list',
    ],
  ],
})

/** Asks for a token, as every recognition does first. It costs nothing. */
export const tokenCheck: Check = {
  id: 'token',
  about: { en: 'an access token for the keys', zh: '用密钥换取 access_token' },
  needs: ['config', 'credentials', 'http'],
  online: true,
  async run(scene) {
    try {
      const token = await askToken(scene)
      if (token === undefined) return [says.none()]
      const { secret, expiresIn, scopes } = token
      const known = scopes.some((scope) => scope === 'brain_all_scope' || scope.startsWith('brain_ocr'))
      const facts = {
        token: String(secret),
        life: expiresIn,
        days: Math.round(expiresIn / 86_400_000),
        count: scopes.length,
      }
      return [says.given(facts), ...(known ? [] : [says.scope()])]
    } catch (error) {
      if (!isPenstockError(error)) throw error
      return [says.refused(whyOf(error))]
    }
  },
}
