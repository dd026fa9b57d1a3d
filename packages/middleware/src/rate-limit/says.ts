import { notes } from '@penstock/core'

/** What the layer decides, in words. */
export const says = notes('rateLimit', {
  waits: ['waits about {wait:ms} for a turn, {ahead} ahead', '排队约 {wait:ms}，前面有 {ahead} 个'],
  does_not_fit: [
    'refuses: a wait of {wait:ms} for a turn does not fit into the {left:ms} left',
    '拒绝：需排队 {wait:ms}，剩余时间仅 {left:ms}',
  ],
  full: ['refuses: {ahead} calls wait already', '拒绝：已有 {ahead} 个调用在排队'],
  backs_off: [
    'the server refused this one: nobody goes for {wait:ms}, and the guard is {guard:ms} now',
    '服务器拒绝：暂停 {wait:ms}，间隔余量现为 {guard:ms}',
  ],
  told: [
    'the server says that it takes {remaining} more: nobody goes for {wait:ms}',
    '服务器告知剩余 {remaining} 次：暂停 {wait:ms}',
  ],
  alone: [
    'Redis is gone: goes by the share of one in {processes}',
    'Redis 不可用：按 {processes} 个进程均分的份额发送',
  ],
})
