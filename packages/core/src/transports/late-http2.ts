import module from 'node:module'

/**
 * `createRequire` of node:module, whose `require` leaves out of undici's client what speaks HTTP/2, until a server does:
 * with Node's own http2 and TLS it is more than half of what loading the client takes.
 *
 * While the client loads, that one file has a stand-in in Node's cache, which is there to be written to. Afterwards it is
 * the file itself, for whoever asks for it; and what the client has got of it loads it when called or read.
 */
export function createRequire(from: string): (path: string) => unknown {
  const require = module.createRequire(from)
  return (path) => {
    const late = place(require)
    if (late === undefined || require.cache[late] !== undefined) return require(path)
    const whole = () => {
      if (require.cache[late] === instead) delete require.cache[late]
      return require(late) as object
    }
    const instead = Object.assign(new module.Module(late), { loaded: true, exports: comingLate(whole) })
    require.cache[late] = instead
    try {
      return require(path)
    } finally {
      if (require.cache[late] === instead) delete require.cache[late]
    }
  }
}

function place(require: NodeJS.Require): string | undefined {
  try {
    return require.resolve('undici/lib/dispatcher/client-h2.js')
  } catch {
    // undici is not there, or has its files elsewhere: who asks for them learns it
    return undefined
  }
}

const comingLate = (whole: () => object): object =>
  new Proxy(() => {}, {
    apply: (_, self, args) => Reflect.apply(whole() as () => unknown, self, args),
    get: (_, name) => Reflect.get(whole(), name),
  })
