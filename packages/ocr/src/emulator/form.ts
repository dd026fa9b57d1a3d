/** A request's fields, and how many bytes a value took on its way, which is what the vendor's limits count. */
export type Form = { readonly fields: URLSearchParams; sentBytes(name: string): number }

/**
 * Reads what the real service reads: a urlencoded form, and multipart, which its own samples send. A `+` that was not
 * escaped is a blank, so careless base64 breaks here as it does there.
 */
export const form = async (body: Uint8Array, contentType = ''): Promise<Form> => {
  if (/^multipart\/form-data/i.test(contentType)) return multipart(body, contentType)
  const text = Buffer.from(body.buffer, body.byteOffset, body.byteLength).toString('latin1')
  if (/json/i.test(contentType) && text.startsWith('{')) return plain(jsonFields(Buffer.from(body).toString()))
  const fields = new URLSearchParams(text)
  return {
    fields,
    sentBytes(name) {
      const start = `&${text}`.indexOf(`&${name}=`)
      if (start < 0) return 0
      const from = start + name.length + 1
      const end = text.indexOf('&', from)
      return (end < 0 ? text.length : end) - from
    },
  }
}

const plain = (fields: URLSearchParams): Form => ({
  fields,
  sentBytes: (name) => encodeURIComponent(fields.get(name) ?? '').length,
})

const multipart = async (body: Uint8Array, contentType: string): Promise<Form> => {
  const fields = new URLSearchParams()
  const request = new Response(Buffer.from(body), { headers: { 'content-type': contentType } })
  const data = await request.formData().catch(() => [])
  for (const [name, value] of data) fields.append(name, typeof value === 'string' ? value : await value.text())
  return plain(fields)
}

const jsonFields = (text: string): URLSearchParams => {
  const fields = new URLSearchParams()
  try {
    for (const [name, value] of Object.entries(JSON.parse(text) as object)) fields.set(name, String(value))
  } catch {
    // no fields, so the checks say what is missing
  }
  return fields
}
