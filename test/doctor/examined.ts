import { type CheckResult, doctor, type DoctorOptions } from '@penstock/core/doctor'

/** A healthy machine around the origin, but for what is given. */
export async function examined(options: DoctorOptions): Promise<CheckResult[]> {
  const results: CheckResult[] = []
  const versions = { node: '24.21.0', openssl: '3.5.8' }
  const healthy = { env: {}, versions, cwd: import.meta.dirname, commands: () => [] }
  for await (const result of doctor({ ...healthy, ...options })) results.push(result)
  return results
}

/** `tls fail tls.expired`: each check, its status and what it found. */
export const gist = (results: readonly CheckResult[]): string[] =>
  results.map(({ id, status, because, findings }) =>
    [id, status, because === undefined ? findings.map((one) => one.id).join(' ') : `because of ${because}`].join(' '),
  )
