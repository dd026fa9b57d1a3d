import type { VerdictTable } from '@penstock/core'
import { sources } from './sources.ts'

/** What is wrong with the image itself. */
export const imageErrors = {
  216200: {
    verdict: 'input',
    code: 'IMAGE_EMPTY',
    message: 'empty image',
    meaning: { en: 'The image has no bytes.', zh: '图片为空。' },
    advice: {
      en: 'Check that the file was read to its end; leave `image` out altogether when you send a url.',
      zh: '请检查文件是否读取成功；使用 url 时请不要再传空的 image 字段。',
    },
    source: sources.codes,
  },
  216201: {
    verdict: 'input',
    code: 'IMAGE_FORMAT',
    message: 'image format error',
    meaning: {
      en: 'The image is not a PNG, JPEG or BMP that can be decoded.',
      zh: '图片格式错误，仅支持 PNG、JPG、JPEG、BMP。',
    },
    advice: {
      en: 'Convert it to PNG or JPEG. If it is one, send base64 without the data: prefix and url-encoded (a bare + becomes a space).',
      zh: '请转码为 PNG 或 JPEG；如格式无误，请检查 base64 是否去掉 data: 头部并做了 urlencode（未转义的 + 会变成空格）。',
    },
    source: sources.codes,
  },
  216202: {
    verdict: 'size',
    code: 'IMAGE_SIZE',
    message: 'image size error',
    meaning: {
      en: 'The image has too many bytes once encoded, or a side that is too short or too long.',
      zh: '图片编码后过大，或边长不符合要求。',
    },
    advice: {
      en: 'Scale it down, save it as JPEG, or cut it into tiles; the limits are in the endpoint’s descriptor.',
      zh: '请缩小图片、另存为 JPEG 或切割后分块识别；具体限制见接口描述。',
    },
    source: sources.codes,
  },
  216203: {
    verdict: 'input',
    code: 'IMAGE_BASE64',
    message: 'image size error',
    meaning: {
      en: 'The image’s base64 is wrong, whatever the message says of its size.',
      zh: '图片的 base64 编码有误（错误信息写的是大小）。',
    },
    advice: {
      en: 'Encode the bytes again, without line breaks and without the data: prefix.',
      zh: '请重新进行 base64 编码，不要带换行和 data: 头部。',
    },
    source: sources.imageSearch,
  },
  216631: {
    verdict: 'input',
    code: 'NOT_A_BANK_CARD',
    message: 'recognize bank card error',
    meaning: { en: 'No bank card’s front was found.', zh: '识别银行卡错误：非银行卡正面、异形卡或图片不完整。' },
    advice: { en: 'Take the whole front of the card, flat and sharp.', zh: '请拍摄完整、清晰的银行卡正面。' },
    source: sources.codes,
  },
  216633: {
    verdict: 'input',
    code: 'NOT_AN_ID_CARD',
    message: 'recognize idcard error',
    meaning: {
      en: 'No identity card was found, or only a part of one.',
      zh: '识别身份证错误：非身份证图片或图片不完整。',
    },
    advice: {
      en: 'Take the whole card, and the side that id_card_side names.',
      zh: '请拍摄完整的身份证，并与 id_card_side 指定的一面一致。',
    },
    source: sources.codes,
  },
  282100: {
    verdict: 'input',
    code: 'IMAGE_TRANSCODE',
    message: 'image transcode error',
    meaning: { en: 'The server could not convert the image.', zh: '图片压缩转码错误。' },
    advice: { en: 'Save it anew as a plain JPEG or PNG.', zh: '请将图片重新保存为普通的 JPEG 或 PNG。' },
    source: sources.easydl,
  },
  282101: {
    verdict: 'size',
    code: 'IMAGE_TOO_LONG',
    message: 'image split limit reached',
    meaning: { en: 'A long image gives more tiles than the server takes.', zh: '长图片切分数量超限。' },
    advice: { en: 'Cut it into pieces and send them one by one.', zh: '请自行切割长图后分别识别。' },
    source: sources.easydl,
  },
  282102: {
    verdict: 'input',
    code: 'TARGET_NOT_FOUND',
    message: 'target detect error',
    meaning: { en: 'What this endpoint looks for is not in the image.', zh: '未检测到图片中的识别目标。' },
    advice: {
      en: 'Check that the image suits the endpoint, and that the object fills most of it.',
      zh: '请确认图片与接口匹配，并使目标占据图片的大部分。',
    },
    source: sources.easydl,
  },
} as const satisfies VerdictTable['rows']
