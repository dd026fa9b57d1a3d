import { layer, notes, onward } from '@penstock/core'
import { tellsProxies, withoutProxyHeaders } from './wire/without-proxy-headers.ts'

export type DirectOptions<Name extends string = 'direct'> = {
  /** @default 'direct' */
  readonly name?: Name
}

const says = notes('direct', {
  ignored: ['goes straight to the server, though {variables} is set', '直连服务器，忽略已设置的 {variables}'],
  stripped: ['took {headers} off the request', '已去除请求头 {headers}'],
})

const variables = new Set(['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NODE_USE_ENV_PROXY'])

/**
 * Go straight to the server. The transports use no proxy of the environment anyway; this layer takes off what a proxy
 * would be told, and notes which variables are set and have no effect. They are read when it is made.
 *
 * @example
 * ```ts
 * import { direct } from '@penstock/middleware'
 *
 * const straight = direct()
 * ```
 */
export function direct<const Name extends string = 'direct'>({ name = 'direct' as Name }: DirectOptions<Name> = {}) {
  const ignored = Object.keys(process.env)
    .filter((variable) => variables.has(variable.toUpperCase()) && process.env[variable])
    .toSorted()
    .join(', ')
  return layer({
    name,
    slot: 'wire',
    traits: { route: 'direct' },
    run(given, next) {
      if (ignored === '' && !tellsProxies(given)) return onward(next, given)
      const { call, told } = withoutProxyHeaders(given)
      if (ignored !== '') call.note(says.ignored, { variables: ignored }, name)
      if (told.length > 0) call.note(says.stripped, { headers: told.join(', ') }, name)
      return onward(next, call)
    },
  })
}
