import { createHash } from 'node:crypto'

/** A Lua script that Redis runs as one step. */
export type Script = { readonly lua: string; readonly sha: string }

export const script = (lua: string): Script => ({ lua, sha: createHash('sha1').update(lua).digest('hex') })
