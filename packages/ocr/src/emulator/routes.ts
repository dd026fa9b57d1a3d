import type { OcrEndpoint, ImageLimits } from '../descriptor.ts'
import { accurate, accurateBasic, general, generalBasic, token } from '../vendors/baidu/index.ts'
import { accurateLanguages, generalLanguages } from '../vendors/baidu/index.ts'

export type Route = {
  readonly limits: ImageLimits
  readonly languages: readonly string[]
  /** Answers with where each line stands. */
  readonly isPlaced: boolean
  readonly detectsLanguage: boolean
}

export const tokenPath = token.path

/** What each path can do. Limits are the most generous that the descriptor knows, changed by `limits`. */
export const routes = (limits: Partial<ImageLimits> = {}): ReadonlyMap<string, Route> => {
  const route = (endpoint: OcrEndpoint, isPlaced: boolean, isAccurate: boolean): [string, Route] => [
    endpoint.path,
    {
      limits: { ...mostGenerous(endpoint.image), ...limits },
      languages: isAccurate ? accurateLanguages : generalLanguages,
      isPlaced,
      detectsLanguage: !isAccurate,
    },
  ]
  return new Map([
    route(generalBasic, false, false),
    route(general, true, false),
    route(accurateBasic, false, true),
    route(accurate, true, true),
  ])
}

/** The vendor's server follows the more generous page where two are in force. */
const mostGenerous = (limits: readonly ImageLimits[]): ImageLimits =>
  limits.reduce((best, limit) => (limit.encodedBytes >= best.encodedBytes ? limit : best))
