import type { Emulator } from '@penstock/ocr/emulator'

export type Answered = { readonly status: number; readonly text: string; readonly headers: Headers; readonly json: any }

/** Speaks to the emulator by fetch alone, with nothing of ours between. */
export const emulatorClient = ({ url, apiKey, secretKey }: Emulator) => {
  const send = async (path: string, init: RequestInit = {}): Promise<Answered> => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    return { status: response.status, text, headers: response.headers, json: parsed(text) }
  }
  const token = async (): Promise<string> => {
    const query = new URLSearchParams({ grant_type: 'client_credentials', client_id: apiKey, client_secret: secretKey })
    return (await send(`/oauth/2.0/token?${query.toString()}`)).json.access_token
  }
  let held: Promise<string> | undefined
  return {
    send,
    token,
    /** Posts a form to an endpoint, with a token that is asked for once. */
    async recognize(fields: Record<string, string>, endpoint = 'general_basic'): Promise<Answered> {
      const access = await (held ??= token())
      const path = `/rest/2.0/ocr/v1/${endpoint}?access_token=${access}`
      return send(path, { method: 'POST', body: new URLSearchParams(fields) })
    },
  }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
