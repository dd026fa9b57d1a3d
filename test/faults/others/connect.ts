import type net from 'node:net'
import type tls from 'node:tls'
import type { Setting } from '../fault.ts'

/** How Node is told of a setting's connections. */
export function connectOptions({ tls: given = {}, pins }: Setting): tls.ConnectionOptions {
  const { groups, serverName, ca, cert, key, ciphers, minVersion, maxVersion } = given
  return {
    ...(ca && { ca: ca as string }),
    ...(cert && { cert, key: key as string }),
    ...(ciphers && { ciphers }),
    ...(minVersion && { minVersion }),
    ...(maxVersion && { maxVersion }),
    ...(groups && { ecdhCurve: groups }),
    ...(serverName && { servername: serverName }),
    ...(pins && { lookup: lookupIn(pins) as net.LookupFunction }),
  }
}

const lookupIn =
  (pins: Readonly<Record<string, string>>) =>
  (host: string, { all }: { all?: boolean }, tell: (error: null, ...found: unknown[]) => void) =>
    all ? tell(null, [{ address: pins[host], family: 4 }]) : tell(null, pins[host], 4)
