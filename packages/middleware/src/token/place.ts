import { type Call, type Headers, Secret } from '@penstock/core'

export type TokenPlace = { readonly header: string; readonly scheme?: string } | { readonly query: string }

/** Puts a token where its server looks for it, instead of one that is there already. */
export function dressing(place: TokenPlace): (token: Secret) => (call: Call<any>) => Call {
  if ('query' in place) {
    const { query } = place
    return (token) => (call) =>
      call.with({ secretQuery: [...call.secretQuery.filter(([name]) => name !== query), [query, token]] })
  }
  const header = place.header.toLowerCase()
  const scheme = place.scheme === undefined ? '' : `${place.scheme} `
  return (token) => {
    const value = new Secret('access_token', scheme + token.reveal())
    let given: Headers | undefined
    let dressed: Headers = {}
    return (call) => {
      // calls without headers of their own share their client's
      if (call.headers !== given) {
        given = call.headers
        dressed = Object.freeze({ ...given, [header]: value })
      }
      return call.withHeaders(dressed)
    }
  }
}
