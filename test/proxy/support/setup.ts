import { ensureClients } from '../../clients/support/install.ts'
import { programs } from './programs.ts'

/** Before the first test: the programs of the system that it takes, and the package managers. */
export async function setup(): Promise<void> {
  const missing = Object.entries(programs).flatMap(([name, path]) => (path === undefined ? [name] : []))
  if (missing.length > 0) {
    throw new Error(
      `This suite runs docs/proxy/nginx.conf and lacks ${missing.join(' and ')}. On Debian: apt-get install nginx openssl`,
    )
  }
  await ensureClients((line) => process.stdout.write(`${line}\n`))
}
