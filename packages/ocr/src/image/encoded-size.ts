/** Escapes that a pair of base64 digits needs: `+` and `/` are digits 62 and 63, and become three bytes each. */
const escapes = Uint8Array.from({ length: 4096 }, (_, pair) => Number(pair >> 6 >= 62) + Number((pair & 63) >= 62))

/** Bytes that `bytes` take in a form: after base64 and url escaping, exact, without encoding them. */
export const encodedSize = (bytes: Uint8Array): number => {
  const rest = bytes.length % 3
  const whole = bytes.length - rest
  let escaped = 0
  for (let at = 0; at < whole; at += 3) {
    const middle = bytes[at + 1]!
    escaped += escapes[(bytes[at]! << 4) | (middle >> 4)]! + escapes[((middle & 15) << 8) | bytes[at + 2]!]!
  }
  if (rest > 0) {
    const middle = bytes[whole + 1] ?? 0
    escaped += escapes[(bytes[whole]! << 4) | (middle >> 4)]! + escapes[(middle & 15) << 8]! + (3 - rest)
  }
  return Math.ceil(bytes.length / 3) * 4 + escaped * 2
}
