import type { Client, Secret, VerdictRow } from '@penstock/core'
import { errors } from '../vendors/baidu/index.ts'
import type { OcrEndpoint } from '../descriptor.ts'

export type Said = { readonly code: string; readonly row: VerdictRow | undefined }

/**
 * Calls an endpoint without an image. The gateway judges token, permission and pace before the service looks for one, so
 * that "no image" says that all of them are well, and nothing is recognised that could be billed.
 */
export async function askNothing(
  http: Client,
  { path }: OcrEndpoint,
  token: Secret,
  signal: AbortSignal,
): Promise<Said> {
  const result = await http.send({ method: 'POST', path, query: { access_token: token }, form: {}, signal })
  const { error_code: code } = (await result.json()) as { readonly error_code?: number | string }
  const rows: Readonly<Record<string, VerdictRow>> = errors.rows
  return { code: String(code ?? 0), row: rows[String(code)] }
}
