/** The pages that Baidu's codes, fields and limits were read on, with the date the page itself bears. */
export const sources = {
  /** Error codes of the OCR SDK, 2024-11-03. */
  codes: 'https://ai.baidu.com/ai-doc/OCR/zkibizyhz',
  /** Error codes of the OCR API, 2025-11-06. */
  apiCodes: 'https://ai.baidu.com/ai-doc/OCR/dk3h7y5vr',
  /** 文字识别API参考文档 of BML's own models, 2025-09-01. */
  customModel: 'cloud.baidu.com BML 文字识别API参考文档 (2025-09-01)',
  /** Mobile SDK. Its codes below 283500 come from the same servers. */
  mobile: 'https://ai.baidu.com/ai-doc/OCR/3kibizyl9',
  /** Image recognition and image search, behind the same gateway. */
  imageSearch: 'cloud.baidu.com image search error codes',
  /** 飞桨EasyDL error codes. */
  easydl: 'cloud.baidu.com EasyDL error codes',
  /** Two answered questions of Baidu's forum, which give two messages for one code. */
  forum: 'https://cloud.baidu.com/theme/T/3210054-4',
  /** Python调用百度OCR报错全解析, an article of 2025-09-18 that disagrees with the tables. */
  article: 'Python调用百度OCR报错全解析 (2025-09-18)',
  /** Parameters of the OCR SDK, 2024-11-03. */
  parameters: 'https://ai.baidu.com/ai-doc/OCR/1k3h7y3db',
  /** 通用文字识别（标准版）, 2024-07-31. It allows more than the later SDK page. */
  generalBasic: 'https://ai.baidu.com/ai-doc/OCR/zk3h7xz52',
  /** Request models of the generated SDK, 2026-08. */
  sdk: 'https://github.com/baidubce/baiducloud-java-sdk (d9b3c47, baiducloud-java-sdk-ocr)',
  /** Access Token获取. */
  token: 'https://cloud.baidu.com/doc/NLP/s/Tk6z52d7c',
  /** The errors of OAuth 2.0 itself. */
  oauth: 'https://www.rfc-editor.org/rfc/rfc6749#section-5.2',
} as const
