import { execFile, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { z } from 'zod'
import { chosenVars } from './deploy/chosen-environment.ts'
import { type EdgeEnvironment, edgeProblems } from './deploy/edge-problems.ts'

/** `npm run deploy:edge -- --env <name>`: deploys the worker, once its settings are complete. */
const wrangler = fileURLToPath(new URL('bin/wrangler.js', import.meta.resolve('wrangler/package.json')))
const secretList = z.array(z.object({ name: z.string() }))

async function main(args: readonly string[]): Promise<void> {
  const problems = edgeProblems(await environmentOf(args))
  if (problems.length > 0) {
    process.stderr.write(`The worker is not deployed:\n${problems.map((line) => `  ${line}`).join('\n')}\n`)
    process.exitCode = 1
    return
  }
  spawn(process.execPath, [wrangler, 'deploy', ...args], { stdio: 'inherit' }).once('exit', (code) => {
    process.exitCode = code ?? 1
  })
}

async function environmentOf(args: readonly string[]): Promise<EdgeEnvironment> {
  const vars = chosenVars(readFileSync('wrangler.toml', 'utf8'), args)
  return { vars, secrets: await secretNames(args) }
}

async function secretNames(args: readonly string[]): Promise<readonly string[]> {
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [wrangler, 'secret', 'list', ...args])
    return secretList.parse(JSON.parse(stdout)).map(({ name }) => name)
  } catch (cause) {
    const problem =
      'The secrets of the worker cannot be listed. Log in with `npx wrangler login`; the first secret makes it.'
    throw new Error(problem, { cause })
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`)
  process.exitCode = 1
})
