import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Programs of the system that the suite takes, by path; undefined when they are not installed. */
export const programs = { nginx: find('nginx'), openssl: find('openssl') }

function find(name: string): string | undefined {
  // Debian keeps nginx where only administrators look.
  const folders = [...(process.env['PATH'] ?? '').split(':'), '/usr/sbin', '/usr/local/sbin']
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path))
}
