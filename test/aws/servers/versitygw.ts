import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { PreparedServer } from './prepared-server.ts'
import { runCommand } from './run-command.ts'

const module = 'github.com/versity/versitygw/cmd/versitygw@v1.8.0'
const missingGo = 'Versity S3 Gateway is built by Go 1.25 or later, and there is none: see https://go.dev/dl'

/** An S3 on a folder, in Go, which checks signatures, checksums, expiry and conditions. */
export const versitygw: PreparedServer = {
  title: 'Versity S3 Gateway 1.8.0',
  serves: ['s3'],
  async install(folder) {
    // Go holds the module, and all that it needs, against its public database of checksums
    // What it is asked here needs no optimised code, which takes a third of the time to make
    const flags = ['-ldflags=-s -w', '-gcflags=all=-N -l']
    await runCommand(['go', 'install', ...flags, module], missingGo, { GOBIN: folder, CGO_ENABLED: '0' })
  },
  program(folder, { port, directory, account: { credentials, region } }) {
    // Beside the objects, since not every file system takes attributes
    const [objects, attributes] = [join(directory, 'objects'), join(directory, 'attributes')]
    for (const path of [objects, attributes]) mkdirSync(path)
    const listen = ['--port', `127.0.0.1:${port}`, '--region', region, '--quiet']
    return {
      command: [join(folder, 'versitygw'), ...listen, 'posix', '--sidecar', attributes, objects],
      env: { ROOT_ACCESS_KEY_ID: credentials.accessKeyId, ROOT_SECRET_ACCESS_KEY: credentials.secretAccessKey },
    }
  },
}
