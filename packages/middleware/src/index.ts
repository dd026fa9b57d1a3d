export { reject, type RejectOptions } from './reject.ts'
export { status, type StatusOptions } from './status.ts'
