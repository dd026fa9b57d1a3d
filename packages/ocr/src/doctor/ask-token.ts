import { Secret } from '@penstock/core'
import { plainClient, type Scene } from '@penstock/core/doctor'
import { reject, status } from '@penstock/middleware'
import { token } from '../vendors/baidu/index.ts'
import { foundKeys } from './key-source.ts'

export type Token = { readonly secret: Secret; readonly expiresIn: number; readonly scopes: readonly string[] }

/** A token for the keys that were found. @throws CallError; undefined where there are no keys */
export async function askToken(scene: Scene): Promise<Token | undefined> {
  const { apiKey, secretKey } = foundKeys(scene.env)
  if (apiKey === undefined || secretKey === undefined) return undefined
  // held while the call lasts, so that the gate knows them
  const keys = [new Secret('api_key', apiKey.value), new Secret('secret_key', secretKey.value)] as const
  await using http = plainClient(scene, [status(), reject()])
  const answer = await http.call(
    token,
    { grant_type: 'client_credentials', client_id: keys[0].reveal(), client_secret: keys[1].reveal() },
    { signal: scene.signal },
  )
  return {
    secret: new Secret('access_token', answer.access_token),
    expiresIn: answer.expires_in * 1000,
    scopes: answer.scope?.split(' ') ?? [],
  }
}
