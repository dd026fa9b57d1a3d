/** Bytes that an image takes in a form: after base64 and url escaping, exact, without encoding it. */
export { escapedLength as encodedSize } from '@penstock/core'
