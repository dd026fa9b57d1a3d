import { type CodeEntry, entry } from './code-entry.ts'
import { wireCodes } from './wire-codes.ts'

export type { CodeEntry, Kind } from './code-entry.ts'

/**
 * Every code of this package and of the layers. Stable: match on these, never on a message. Vendors' stand in their
 * tables.
 */
export const codes = {
  ...wireCodes,

  CALL_DEADLINE: entry(
    'timeout',
    'The whole call ran out of time.',
    '整个调用超时。',
    'See in explain() where the time went; then raise deadline({ after }) or mend that.',
    '用 explain() 查看耗时所在，再调整 deadline({ after })。',
  ),
  ATTEMPT_TIMEOUT: entry(
    'timeout',
    'One attempt took too long.',
    '单次尝试超时。',
    'If the server needs longer, raise timeout({ after }).',
    '若服务确需更久，提高 timeout({ after })。',
  ),
  BODY_IDLE: entry(
    'timeout',
    'The body stopped coming.',
    '响应体长时间没有数据。',
    'Retry; if the server pauses for longer by design, raise timeout({ idle }).',
    '可重试；若服务端本就停顿更久，提高 timeout({ idle })。',
  ),
  CANCELLED: entry('refused', 'The caller aborted.', '调用方已取消。', 'Nothing: it was wanted.', '无需处理。'),
  CLIENT_CLOSED: entry(
    'refused',
    'The client is closed.',
    '客户端已关闭。',
    'Make calls before close(), or make another client.',
    '请在 close() 之前调用，或新建客户端。',
  ),
  CIRCUIT_OPEN: entry(
    'refused',
    'The circuit is open: the server has failed too often.',
    '熔断器已打开：服务器近期频繁失败。',
    'Wait for retryAfter; look at the failures before it.',
    '等待 retryAfter 后再试，并查看此前的失败。',
  ),
  RATE_WAIT: entry(
    'limit',
    'The wait for a turn does not fit the time left.',
    '限流等待超出剩余时间。',
    'Send less at once, or allow more time.',
    '降低并发，或放宽时限。',
  ),
  LIMIT_UNSHARED: entry(
    'limit',
    'Redis, where processes share a limit, is gone.',
    '多进程共享限额所用的 Redis 不可用。',
    "Wait until it is back, or let each process go at its share: rateLimit({ alone: 'share' }).",
    "等待其恢复，或让各进程按份额发送：rateLimit({ alone: 'share' })。",
  ),
  NOT_CACHED: entry(
    'refused',
    'Nothing that may be given is cached, and the call asks for nothing else.',
    '缓存中没有可用内容，而该调用只接受缓存。',
    'Leave out only-if-cached, so that the server is asked.',
    '去掉 only-if-cached 以便向服务器请求。',
  ),
  ATTEMPTS_SPENT: entry(
    'refused',
    'The call has made all its attempts.',
    '该调用的尝试次数已用完。',
    'See in explain() what used them; client({ maxAttempts }) allows more.',
    '用 explain() 查看次数用在何处；可调高 client({ maxAttempts })。',
  ),
  QUOTA_SPENT: entry(
    'limit',
    'The budget of calls is used up.',
    '调用额度已用完。',
    'Wait for retryAfter; raise quota({ limit }), or buy more of the vendor.',
    '等待 retryAfter 后再试；或提高 quota({ limit })，或向厂商购买额度。',
  ),
  BULKHEAD_FULL: entry(
    'limit',
    'Too many calls are in flight, and too many wait.',
    '并发调用与排队均已满。',
    'Send less at once, or raise bulkhead({ limit, maxQueue }).',
    '降低并发，或提高 bulkhead({ limit, maxQueue })。',
  ),
  BULKHEAD_WAIT: entry(
    'limit',
    'The wait for a place is too long.',
    '等待空位的时间过长。',
    'Send less at once, or allow more time: deadline({ after }), bulkhead({ maxWait }).',
    '降低并发，或放宽时限：deadline({ after })、bulkhead({ maxWait })。',
  ),
  CONCURRENCY_LIMIT: entry(
    'limit',
    'The server has as much in flight as it can work on.',
    '服务端的在途请求已达其处理能力。',
    'Send less at once, or allow more time; see in explain() how slow the server has become.',
    '降低并发或放宽时限；用 explain() 查看服务端变慢的程度。',
  ),
  BODY_SPENT: entry(
    'refused',
    'A body that can be read once has been sent already.',
    '一次性请求体已被发送。',
    'Give bytes, or a function that opens the stream anew.',
    '请提供字节或可重新打开的流。',
  ),
  BODY_UNSIGNABLE: entry(
    'input',
    'The signature needs to read the body first, and cannot.',
    '签名须先读取请求体，但无法读取。',
    'Give bytes, or a function that opens the stream anew; for a large one raise sign({ buffer }).',
    '请提供字节或可重新打开的流；过大时提高 sign({ buffer })。',
  ),
  CLOCK_SKEW: entry(
    'refused',
    'The clocks of this machine and of the server are too far apart for a signature.',
    '本机与服务器时钟相差过大，无法签名。',
    'Set the clock of this machine; or let sign({ within }) correct more.',
    '校准本机时钟；或用 sign({ within }) 放宽校正范围。',
  ),
  BODY_SOURCE: entry(
    'input',
    'The stream of the request body failed.',
    '请求体的数据流出错。',
    'Look at the cause.',
    '查看 cause。',
  ),
  TOKEN_UNAVAILABLE: entry(
    'refused',
    'No access token could be had.',
    '无法获取访问令牌。',
    'See in explain() what the token endpoint said.',
    '用 explain() 查看令牌接口的应答。',
  ),
  POLL_DEADLINE: entry(
    'timeout',
    'The task was not done in time.',
    '任务未在时限内完成。',
    'Go on with it by poll({ id: error.id, … }), or raise deadline.',
    '用 poll({ id: error.id, … }) 继续，或提高 deadline。',
  ),
  POLL_FAILED: entry(
    'reply',
    'The server says that the task has failed.',
    '服务器报告任务失败。',
    'The message says why; submit it anew once that is mended.',
    '原因见消息；解决后重新提交。',
  ),
  POLL_CHECK: entry(
    'reply',
    'The task could not be asked for.',
    '无法查询任务。',
    'Look at the cause; then go on by poll({ id: error.id, … }).',
    '查看 cause，再用 poll({ id: error.id, … }) 继续。',
  ),
  REQUEST_INVALID: entry(
    'input',
    'The request cannot be sent as it is.',
    '请求无法按原样发送。',
    'Mend the part that is named.',
    '请修正所指出的部分。',
  ),
  INPUT_INVALID: entry(
    'input',
    'The input is not what the endpoint takes.',
    '输入不符合接口要求。',
    'Mend the fields that are named.',
    '请修正所指出的字段。',
  ),
  VENDOR_CODE: entry(
    'reply',
    'The server says a code that its table does not list.',
    '服务器返回了表中未列出的错误码。',
    'Look the code up in the vendor’s documentation.',
    '请在厂商文档中查询该代码。',
  ),
  STACK_ORDER: entry(
    'config',
    'The layers stand in an order that cannot work.',
    '中间件顺序错误。',
    'Move the layer that is named.',
    '按提示移动中间件。',
  ),
  STACK_LINT: entry(
    'config',
    'Layers that cannot work together as they are set.',
    '中间件的配置相互矛盾。',
    'Do what the sentence says, or acknowledge the rule with a reason.',
    '按提示修改，或注明理由后确认该规则。',
  ),
  NEXT_TWICE: entry(
    'bug',
    'A layer sent a call twice that may send it once.',
    '中间件重复调用了 next()。',
    'Give it calls: "many", or mend it.',
    '声明 calls: "many" 或修正该中间件。',
  ),
  NO_OUTCOME: entry(
    'bug',
    'A layer gave no outcome.',
    '中间件没有返回结果。',
    'Return what next(call) gives.',
    '返回 next(call) 的结果。',
  ),
  SECRET_FOUND: entry(
    'bug',
    'A file was not written, for a secret stands in it.',
    '文件未写入：其中含有密钥。',
    'See at the field that is named how it came there; print secrets only by their mark. A secret that is a plain word stands in many texts: change it.',
    '检查所指出的字段；密钥只应以标记形式输出。若密钥是普通单词，请更换。',
  ),
  FLIGHT_FILE: entry(
    'input',
    'A file of recorded calls cannot be read.',
    '无法读取调用记录文件。',
    'It is lines of JSON, as flightRecorder() and PENSTOCK_DIAGNOSE write them; see at the line that is named.',
    '文件应为逐行 JSON，由 flightRecorder() 或 PENSTOCK_DIAGNOSE 写出；检查所指出的那一行。',
  ),
  REPLAY_DIFFERS: entry(
    'input',
    'A call that is replayed decides otherwise than it did.',
    '重放的调用做出了与记录不同的决定。',
    'See what differs: the stack has changed, or it is not the one that made the call; { differing: true } allows it.',
    '查看差异：栈已改变，或并非当时所用的栈；{ differing: true } 允许差异。',
  ),
  REPLAY_ENDED: entry(
    'input',
    'A replay came to where its record says nothing.',
    '重放到了记录未涵盖之处。',
    'Nobody knows what the server would have answered: try it against a real one.',
    '无人知道服务器会如何应答：请对真实服务器尝试。',
  ),
  MISSING_PEER: entry(
    'config',
    'A library that this part needs is not installed.',
    '缺少所需的依赖库。',
    'Install it as the message says.',
    '按提示安装。',
  ),
  CONFIG_INVALID: entry(
    'config',
    'An option has a value that cannot work.',
    '配置项的值无效。',
    'Mend the option that is named.',
    '请修正所指出的配置项。',
  ),
} as const satisfies Readonly<Record<string, CodeEntry>>

export type Code = keyof typeof codes

/** What is known of a code; undefined for a vendor's. */
export const codeEntry = (code: string): CodeEntry | undefined =>
  Object.hasOwn(codes, code) ? codes[code as Code] : undefined
