import type { InternalAxiosRequestConfig } from 'axios'

/** The value of `authorization` that `auth` asks for, or the user in the URL, as axios has it; undefined for neither. */
export function axiosBasic({ auth }: InternalAxiosRequestConfig, { username, password }: URL): string | undefined {
  if (auth) return basic(auth.username ?? '', auth.password ?? '')
  return username || password ? basic(plain(username), plain(password)) : undefined
}

const basic = (username: string, password: string) =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

/** A stray percent sign stands for itself. */
function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
