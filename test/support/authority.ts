import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { daysFromNow, type Certificate } from './certificates.ts'

type Issue = {
  /** As OpenSSL writes it: `/O=Acme/CN=leaf` */
  readonly subject: string
  /** Who signs it; itself unless given. */
  readonly by?: string
  /** Of another one, so that both stand for the same authority. */
  readonly keyOf?: string
  readonly extensions?: readonly string[]
  /** What `openssl genpkey` is given. */
  readonly algorithm?: readonly string[]
  readonly from?: Date
  readonly to?: Date
}

export const isAuthority = ['basicConstraints=critical,CA:TRUE', 'keyUsage=keyCertSign', 'subjectKeyIdentifier=hash']
export const isServer = ['basicConstraints=CA:FALSE', 'subjectAltName=IP:127.0.0.1', 'authorityKeyIdentifier=keyid']
export const p256 = ['-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256']
export const rsa = (bits: number) => ['-algorithm', 'RSA', '-pkeyopt', `rsa_keygen_bits:${bits}`]

/** Certificates that the command `openssl` makes, by name, in a folder. */
export function authority(folder: string) {
  const at = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) => void execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })
  writeFileSync(at('index.txt'), '')
  writeFileSync(at('ca.cnf'), config)
  return (name: string, { subject, by = name, keyOf = name, ...facts }: Issue): Certificate => {
    const { extensions = isServer, algorithm = p256, from = daysFromNow(-40), to = daysFromNow(30) } = facts
    if (keyOf === name) openssl('genpkey', ...algorithm, '-out', `${name}.key`)
    writeFileSync(at('extensions'), `${extensions.join('\n')}\n`)
    openssl('req', '-new', '-key', `${keyOf}.key`, '-subj', subject, '-out', `${name}.csr`)
    const signer =
      by === name ? ['-selfsign', '-keyfile', `${keyOf}.key`] : ['-cert', `${by}.pem`, '-keyfile', `${by}.key`]
    const dates = ['-startdate', stamp(from), '-enddate', stamp(to)]
    const files = ['-config', 'ca.cnf', '-extfile', 'extensions', '-in', `${name}.csr`, '-out', `${name}.pem`]
    openssl('ca', '-batch', '-notext', ...signer, ...dates, ...files)
    return { cert: readFileSync(at(`${name}.pem`), 'utf8'), key: readFileSync(at(`${keyOf}.key`), 'utf8') }
  }
}

const stamp = (date: Date): string => date.toISOString().replaceAll(/[-:T]|\.\d+/g, '')

const config = `
[ca]
default_ca = own
[own]
new_certs_dir = .
database = index.txt
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
email_in_dn = no
[any]
organizationName = optional
commonName = supplied
[req]
distinguished_name = names
[names]
`
