import { type Call, type Headers, Secret } from '@penstock/core'

export type TokenPlace = { readonly header: string; readonly scheme?: string } | { readonly query: string }

/** A call with a token where its server looks for it, instead of one that is there already; and with gifts in its context. */
export type Dress = (call: Call<any>, gifts: object) => Call

/** How calls are dressed with one token after another. */
export function dressing(place: TokenPlace): (token: Secret) => Dress {
  if ('query' in place) {
    const { query } = place
    return (token) => (call, gifts) =>
      call.giving(gifts).with({ secretQuery: [...call.secretQuery.filter(([name]) => name !== query), [query, token]] })
  }
  const header = place.header.toLowerCase()
  const scheme = place.scheme === undefined ? '' : `${place.scheme} `
  return (token) => {
    const value = new Secret('access_token', scheme + token.reveal())
    let given: Headers | undefined
    let dressed: Headers = {}
    return (call, gifts) => {
      // calls without headers of their own share their client's
      if (call.headers !== given) {
        given = call.headers
        dressed = Object.freeze({ ...given, [header]: value })
      }
      return call.withHeaders(dressed, gifts)
    }
  }
}
