import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { StartProblem, systemCode } from '../../../src/node/local/start-problem.ts'

const longestMs = 15 * 60_000

/**
 * Runs a command of an installation to its end.
 * @param missing what to say when there is no such program
 * @returns what it printed
 * @throws StartProblem with its output when it fails
 */
export async function runCommand(
  [file, ...args]: readonly [string, ...string[]],
  missing: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  try {
    const options = { env: { ...process.env, ...env }, timeout: longestMs, maxBuffer: 64 * 1024 * 1024 }
    return (await promisify(execFile)(file, args, options)).stdout
  } catch (error) {
    if (systemCode(error) === 'ENOENT') throw new StartProblem(missing)
    const output = error instanceof Error && 'stderr' in error ? String(error.stderr).slice(-4_000) : ''
    throw new StartProblem(`${[file, ...args].join(' ')} failed:\n${output}`, { cause: error })
  }
}
