import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { PreparedServer } from './prepared-server.ts'
import { runCommand } from './run-command.ts'

const missingPython =
  'moto needs Python 3.10 or later with venv, and there is none. On Debian: apt-get install python3-venv'
/** Every package with its version: moto itself, what its S3, SQS and DynamoDB need, and a web server. */
const requirements = fileURLToPath(new URL('./moto-requirements.txt', import.meta.url))

/** A simulation of many services of AWS, in Python. It holds all in memory, and checks no signature. */
export const moto: PreparedServer = {
  title: 'moto 5.2.5',
  serves: ['s3', 'dynamodb', 'sqs'],
  async install(folder) {
    await runCommand(['python3', '-m', 'venv', folder], missingPython)
    const pip = [python(folder), '-m', 'pip', 'install', '--quiet', '--no-deps'] as const
    await runCommand([...pip, '--requirement', requirements], missingPython)
  },
  program(folder, { port }) {
    return { command: [python(folder), '-m', 'moto.server', '-H', '127.0.0.1', '-p', String(port)] }
  },
}

function python(folder: string): string {
  return join(folder, 'bin/python')
}
