export { errors } from './errors.ts'
export { oauthErrors } from './oauth-errors.ts'
