import { ConfigError } from './errors.ts'
import { Secret } from './secret.ts'

/**
 * A key, token or password as a secret, if it is what was meant: pasted ones bring a line break or a space along, and the
 * server's answer to that is a riddle.
 *
 * @param where for the message: `credential()`
 * @throws ConfigError `CONFIG_INVALID`, which says what is wrong and does not show the value
 */
export function printableSecret(where: string, name: string, value: string | Secret): Secret {
  const text: unknown = value instanceof Secret ? value.reveal() : value
  const wrong = typeof text === 'string' ? flaw(text) : 'is no text'
  if (wrong !== undefined)
    throw new ConfigError('CONFIG_INVALID', `${where}: the ${name} ${wrong}`, {
      hint: {
        en: 'Copy it again, without what stands around it.',
        zh: '请重新复制，注意不要带入空格或换行。',
      },
    })
  return value instanceof Secret ? value : new Secret(name, value)
}

function flaw(text: string): string | undefined {
  if (text === '') return 'is empty'
  if (/[\r\n]/.test(text)) return 'holds a line break'
  if (/\s/.test(text)) return 'holds a space'
  return /^[\x21-\x7e]+$/.test(text) ? undefined : 'holds a character that is not printable ASCII'
}
