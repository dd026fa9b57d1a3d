/** A program of somebody's, that knows nothing of diagnostics: its calls go well and fail. Run by canaries.test.ts. */
import { client, pipeline, Secret } from '@penstock/core'
import { undiciTransport } from '@penstock/core/undici'
import { credential, retry, status } from '@penstock/middleware'

const [origin = '', closed = '', bearer = '', plain = ''] = process.argv.slice(2)
for (const to of [origin, closed]) {
  await using http = client({
    pipeline: pipeline([retry({ retries: 1, delay: 1 }), credential({ bearer }), status()], undiciTransport()),
    origin: to,
    headers: { 'x-plain': plain },
  })
  const query = { plain, secret: new Secret('parameter', bearer) }
  for (const path of ['/ok', '/broken', `/${bearer}`])
    await http.post(path, { query, json: { plain, bearer }, repeatable: 'always' }).catch(() => {})
}
