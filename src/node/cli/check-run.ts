import { readFile } from 'node:fs/promises'
import type { CheckMoment } from '../../model/check-script.ts'
import { isJsonObject, type JsonObject } from '../../std/json.ts'
import { utf8Text } from '../../std/utf8.ts'
import { TrialError, tryScript } from '../scripts/trial.ts'
import { CliError } from './cli-error.ts'

export interface CheckRunOptions {
  readonly input: string
  readonly moment?: CheckMoment
}

/**
 * Tries a check script with a sample, and prints verdict, reason and time.
 * @returns the exit code: 0 when it allows, else 1
 */
export async function runCheck(scriptFile: string, { input, moment }: CheckRunOptions): Promise<0 | 1> {
  const [script, sample] = [await readText(scriptFile), parseSample(await readText(input), input)]
  const { judgement, durationMs, ...tried } = await tryScript(script, sample, moment).catch((error: unknown) => {
    throw error instanceof TrialError ? new CliError(error.message) : error
  })
  const said = judgement.verdict === 'allow' ? 'allow' : `deny (${judgement.code}): ${judgement.reason}`
  process.stdout.write(`${tried.moment}: ${said}\ntook ${durationMs} ms\n`)
  return judgement.verdict === 'allow' ? 0 : 1
}

async function readText(file: string): Promise<string> {
  const bytes = await readFile(file).catch((error: unknown) => {
    throw new CliError(`${file} cannot be read: ${error instanceof Error ? error.message : 'no reason is known'}`)
  })
  const text = utf8Text(bytes)
  if (text === undefined) throw new CliError(`${file} is not UTF-8. Save it as that, and try again.`)
  return text
}

function parseSample(text: string, file: string): JsonObject {
  try {
    const sample: unknown = JSON.parse(text)
    if (isJsonObject(sample)) return sample
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error
  }
  throw new CliError(`${file} is no JSON object. docs/check-scripts.md has samples.`)
}
