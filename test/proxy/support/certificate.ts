import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { programs } from './programs.ts'

export interface Certificate {
  /** Path of the authority's certificate: what clients get as `cafile`. */
  readonly authority: string
  /** The same, as text. */
  readonly ca: string
  readonly certificate: string
  readonly key: string
}

const elliptic = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']

/** A certificate for `localhost` and `127.0.0.1`, by an authority that is made for it and forgotten. */
export function makeCertificate(folder: string): Certificate {
  const path = (name: string) => join(folder, name)
  const openssl = (...args: readonly string[]) =>
    execFileSync(programs.openssl ?? 'openssl', args, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] })
  openssl('req', '-x509', ...elliptic, '-subj', '/CN=Test', '-days', '1', '-keyout', 'ca.key', '-out', 'ca.pem')
  openssl('req', '-new', ...elliptic, '-subj', '/CN=localhost', '-keyout', 'key.pem', '-out', 'request.pem')
  writeFileSync(path('names.txt'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n')
  const signer = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '1', '-extfile', 'names.txt']
  openssl('x509', '-req', '-in', 'request.pem', ...signer, '-out', 'certificate.pem')
  return {
    authority: path('ca.pem'),
    ca: readFileSync(path('ca.pem'), 'utf8'),
    certificate: path('certificate.pem'),
    key: path('key.pem'),
  }
}
