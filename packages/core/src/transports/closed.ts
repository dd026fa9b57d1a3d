/** What ends a request whose transport is closed under it. It bears undici's code on both, and is seen by nobody. */
export const closed = Object.assign(new Error('The transport was closed'), { code: 'UND_ERR_CLOSED' })
