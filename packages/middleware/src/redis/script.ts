import { createHash } from 'node:crypto'

/** A Lua script that Redis runs as one step. */
export type Script = { readonly lua: string; readonly sha: string }

export function script(lua: string): Script {
  let known: string | undefined = undefined
  return {
    lua,
    // told when it is first asked for: most who load a script have no Redis
    get sha() {
      return (known ??= createHash('sha1').update(lua).digest('hex'))
    },
  }
}
