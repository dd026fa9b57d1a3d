import type { Language } from '@penstock/core'

/** Every sentence of the command, in both languages. Codes, options and JSON are never translated. */
const sentences = {
  about: ['Cloud OCR through a pipeline that explains itself', '云端文字识别，出错时能说明原因'],
  usage: ['Usage:', '用法：'],
  options: ['Options:', '选项：'],
  arguments: ['Arguments:', '参数：'],
  commands: ['Commands:', '命令：'],
  help: ['show help', '显示帮助'],
  helpCommand: ['show help of a command', '显示某个命令的帮助'],
  version: ['show the version', '显示版本'],
  lang: ['language of messages: en, zh (default: of LANG)', '消息语言：en、zh（默认取 LANG）'],
  diagnose: [
    'draw on stderr the calls that fail; =all: every call, =off: none',
    '在 stderr 绘制失败的调用；=all：全部，=off：不绘制',
  ],
  report: ['show the calls of a file of flights', '显示调用记录文件中的调用'],
  flights: ['a .penstock file; - for standard input', '.penstock 文件；- 表示标准输入'],
  all: ['every call, not only those that failed', '显示全部调用，而不仅是失败的'],
  ascii: ['draw with nothing but ASCII', '仅用 ASCII 字符绘制'],
  har: [
    'write them as HAR 1.2, for browsers’ developer tools; - prints it',
    '写成 HAR 1.2 文件，可用浏览器开发者工具打开；- 表示标准输出',
  ],
  curl: ['print each call as a curl command line', '将每次调用输出为 curl 命令行'],
  html: [
    'write them as a page for any browser, that needs no network; - prints it',
    '写成网页文件，无需网络即可查看；- 表示标准输出',
  ],
  force: ['write over a file that is there', '覆盖已存在的文件'],
  json: ['a line of JSON for each call', '每个调用输出一行 JSON'],
  reported: ['calls: {calls}, failed: {failed}', '调用 {calls} 个，失败 {failed} 个'],
  recognize: ['read the text of images', '识别图片中的文字'],
  file: ['images: PNG, JPEG or BMP', '图片：PNG、JPEG 或 BMP'],
  vendor: ['whose service', '服务商'],
  endpoint: ['which endpoint of it', '接口'],
  format: ['text, or json: one line a file', 'text，或 json：每个文件一行'],
  capture: [
    'write all that is sent and received to a new pcapng file, with the keys that decrypt it',
    '将收发的全部内容连同解密密钥写入新的 pcapng 文件',
  ],
  yes: ['consent to --capture without being asked', '不经询问即同意 --capture'],
  captureAsk: [
    '{file} will hold your credentials, images and results, and the keys to them. Write it? [y/N]',
    '{file} 将包含您的凭证、图片、识别结果以及解密密钥。是否写入？[y/N]',
  ],
  captureConsent: [
    '--capture writes credentials, images and results to {file}: say --yes to have that',
    '--capture 会把凭证、图片和识别结果写入 {file}：如确认，请加 --yes',
  ],
  explain: ['tell on stderr what each call did and why', '在 stderr 说明每次调用的经过'],
  vendorOption: ['option of the endpoint', '接口参数'],
  emulate: [
    'run the vendor’s API on this machine, with a real OCR engine inside',
    '在本机运行服务商 API 的模拟器，内含真实 OCR 引擎',
  ],
  port: ['port; 0 takes a free one', '端口；0 表示任取空闲端口'],
  qps: ['requests a second allowed for each endpoint', '每个接口每秒允许的请求数'],
  daily: ['requests a day allowed for each endpoint', '每个接口每天允许的请求数'],
  https: ['serve TLS with a certificate made at the start', '以启动时生成的证书提供 TLS'],
  doctor: [
    'examine what calls to an origin need (default: Baidu, with its keys)',
    '检查调用一个服务所需的环境（默认：百度，含密钥检查）',
  ],
  doctorWords: [
    'https://api.example.com, and checks to run: dns tls …',
    'https://api.example.com，以及要运行的检查：dns tls 等',
  ],
  doctorJson: ['one JSON document', '输出一个 JSON 文档'],
  listChecks: ['list the checks', '列出检查项'],
  only: ['run these checks and what they need, comma-separated', '只运行这些检查及其依赖，逗号分隔'],
  offline: ['leave out what speaks to the network', '跳过需要网络的检查'],
  spend: ['requests that may be sent to find the limit a second', '允许为测出 QPS 上限而发送的请求数'],
  doctorImage: ['an image to look at before it is sent', '发送前要检查的图片'],
  ca: ['authorities to trust, a PEM file', '要信任的 CA（PEM 文件）'],
  clockLimit: [
    'seconds that the clock may be off (default: what the service allows)',
    '时钟允许的误差，秒（默认按服务商的规定）',
  ],
  proxy: ['go through a proxy: its URL, or env', '经由代理：代理 URL，或 env（按环境变量）'],
  noOrigin: ['The origin is no http or https URL.', 'origin 不是 http 或 https URL。'],
  spendMost: ['At most {most} can be spent.', '--spend 最多为 {most}。'],
  caUnreadable: ['{file} cannot be read.', '{file} 无法读取。'],
  oneOrigin: ['More than one origin was given.', '给出了多个 origin。'],
  noCheck: ['There is no check {check}. Did you mean: {near}?', '没有名为 {check} 的检查。是否想写：{near}？'],
  working: ['  … {check}: still working', '  … {check}：仍在进行'],
  examined: [
    '{failed} failed · {warnings} warnings · {passed} passed · {skipped} skipped · exit {code}',
    '失败 {failed} · 警告 {warnings} · 通过 {passed} · 跳过 {skipped} · 退出码 {code}',
  ],
  explainCode: ['say what a code means and what to do', '说明错误码的含义与处理办法'],
  code: ['18, baidu:18, QPS_LIMIT, CONNECTION_RESET …', '18、baidu:18、QPS_LIMIT、CONNECTION_RESET 等'],
  endpoints: ['list endpoints with their limits', '列出接口及其限制'],
  usingEmulator: [
    'No credentials: using the emulator on this machine. Set BAIDU_API_KEY and BAIDU_SECRET_KEY for the real service.',
    '未提供凭证：使用本机模拟器。设置 BAIDU_API_KEY 与 BAIDU_SECRET_KEY 可使用真实服务。',
  ],
  half: ['Only {have} is set: set {lack} too, or neither.', '只设置了 {have}：请同时设置 {lack}，或都不设置。'],
  configBroken: [
    '{file} is not a JSON object with baidu.apiKey and baidu.secretKey.',
    '{file} 不是包含 baidu.apiKey 与 baidu.secretKey 的 JSON 对象。',
  ],
  configOpen: ['{file} can be read by others: run chmod 600 on it.', '{file} 可被他人读取：请执行 chmod 600。'],
  unknownCode: [
    'Nothing is known of {code}. Codes look like 18, baidu:18 or QPS_LIMIT.',
    '未知代码 {code}。代码形如 18、baidu:18 或 QPS_LIMIT。',
  ],
  meaning: ['What it means', '含义'],
  advice: ['What to do', '处理办法'],
  verdict: ['Verdict', '判定'],
  again: ['another try may mend it', '重试可能成功'],
  notAgain: ['another try will not mend it', '重试无效'],
  source: ['Source', '来源'],
  running: ['emulating Baidu at {url}', '正在模拟百度：{url}'],
  stop: ['Ctrl+C ends it.', '按 Ctrl+C 结束。'],
  noText: ['(no text)', '（无文字）'],
  bundle: [
    'put recorded calls into one file for a ticket, without secrets',
    '将调用记录打包为一个文件，不含密钥，供提交工单',
  ],
  bundleOut: ['the ZIP file that is written', '写入的 ZIP 文件'],
  doctorFile: ['findings of penstock doctor --json, to go with it', '一并打包的 penstock doctor --json 结果'],
  bundled: ['calls: {calls}; in it: {files}', '调用 {calls} 个；包含：{files}'],
  takenOut: ['taken out: {count} × {what}', '已移除：{count} × {what}'],
  alreadyThere: [
    '{file} is there already: give another name, or --force to write over it',
    '{file} 已存在：请换一个文件名，或用 --force 覆盖',
  ],
  notWritten: ['{file} cannot be written: {code}', '无法写入 {file}：{code}'],
  noFindings: ['{file} is no JSON of penstock doctor --json', '{file} 不是 penstock doctor --json 的输出'],
  replay: [
    'make a recorded call again, offline: the same layers, the same decisions',
    '离线重放记录的调用：相同的中间件，相同的决定',
  ],
  stackFile: [
    'a module whose default export is the stack (default: the one of this package)',
    '默认导出为栈的模块（默认：本包的栈）',
  ],
  asTest: ['print a test that replays it', '输出重放它的测试'],
  replayedSame: ['the same decisions as recorded, in {time} of virtual time', '与记录的决定一致，虚拟时间 {time}'],
  noStack: ['{file} has no default export that is a stack', '{file} 的默认导出不是栈'],
  usageError: ['{what} See penstock --help.', '{what} 请参阅 penstock --help。'],
} as const satisfies Record<string, readonly [en: string, zh: string]>

export type Words = (name: keyof typeof sentences, values?: Readonly<Record<string, string>>) => string

export const words =
  (language: Language): Words =>
  (name, values = {}) =>
    sentences[name][language === 'zh' ? 1 : 0].replace(/\{(\w+)\}/g, (_, key: string) => values[key] ?? '')

/** `--lang`, else PENSTOCK_LANG, LC_ALL, LC_MESSAGES, LANG; English where none says Chinese. */
export function languageOf(argv: readonly string[], env: NodeJS.ProcessEnv): Language {
  const at = argv.findIndex((word) => word === '--lang' || word.startsWith('--lang='))
  const asked = at === -1 ? undefined : (argv[at]!.split('=')[1] ?? argv[at + 1])
  const named = asked ?? env['PENSTOCK_LANG'] ?? env['LC_ALL'] ?? env['LC_MESSAGES'] ?? env['LANG'] ?? ''
  return named.toLowerCase().startsWith('zh') ? 'zh' : 'en'
}
