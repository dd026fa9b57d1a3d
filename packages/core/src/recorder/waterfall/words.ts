import type { Kind } from '../timetable/stretch.ts'
import { duration } from '../notes.ts'

type Counts = { readonly attempts: number; readonly requests: number; readonly took: number; readonly of?: number }

const times = (count: number, one: string) => `${count} ${one}${count === 1 ? '' : 's'}`

const en = {
  connection: 'connection',
  result: 'result',
  fresh: 'new',
  running: 'still running',
  tried: (addresses: string) => `tried in vain: ${addresses}`,
  stalls: 'this process stood still',
  unaccounted: 'unaccounted',
  work: (layer: string) => `${layer}: its own work`,
  more: (count: number) => `… ${times(count, 'more line')} …`,
  summary: ({ attempts, requests, took, of }: Counts) =>
    `after ${times(attempts, 'attempt')}, ${times(requests, 'request')} · ${duration(took)}${of === undefined ? '' : ` of ${duration(of)}`}`,
  kinds: {
    queue: 'queue',
    dns: 'dns',
    tcp: 'tcp',
    tls: 'tls',
    send: 'send',
    wait: 'wait',
    receive: 'receive',
    request: 'request',
    layer: 'layers wait',
    work: 'layers work',
    stall: 'stall',
  } satisfies Record<Kind, string>,
}

/** What the waterfall says besides codes, names and numbers. */
export type Words = typeof en

const zh: Words = {
  connection: '连接',
  result: '结果',
  fresh: '新建',
  running: '进行中',
  tried: (addresses) => `连接失败：${addresses}`,
  stalls: '本进程停顿',
  unaccounted: '未知',
  work: (layer) => `${layer}：自身耗时`,
  more: (count) => `… 另有 ${count} 行 …`,
  summary: ({ attempts, requests, took, of }) =>
    `共 ${attempts} 次尝试、${requests} 个请求 · ${duration(took)}${of === undefined ? '' : `，限时 ${duration(of)}`}`,
  kinds: {
    queue: '排队',
    dns: '域名',
    tcp: 'TCP',
    tls: 'TLS',
    send: '发送',
    wait: '等待',
    receive: '接收',
    request: '请求',
    layer: '各层等待',
    work: '各层自身',
    stall: '停顿',
  },
}

export const words = { en, zh }
