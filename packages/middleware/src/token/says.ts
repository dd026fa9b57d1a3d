import { notes } from '@penstock/core'

/** What the layer decides, in words. */
export const says = notes('token', {
  drops: ['{token} was refused: drops it and asks for another', '{token} 被拒绝：丢弃并重新获取'],
  newer: ['{token} was refused, and there is a newer one', '{token} 被拒绝，已有更新的令牌'],
  spent: ['{token} was refused, and the body cannot be sent again', '{token} 被拒绝，且请求体无法重发'],
  attempts: [
    '{token} was refused, and the call has made all its {attempts} attempts',
    '{token} 被拒绝，且本次调用的 {attempts} 次尝试已用完',
  ],
  replays: ['sends again, no retry spent, with {token}', '使用 {token} 重发，不计入重试'],
})
