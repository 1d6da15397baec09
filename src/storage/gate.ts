import type { z } from 'zod'
import type { CheckJudgement } from '../model/check-script.ts'
import { gatePaths } from '../model/gate-paths.ts'
import type { PackageRef } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import type { JsonObject } from '../std/json.ts'
import { log } from '../std/log.ts'
import { type AwsService, StorageError } from './aws.ts'
import { badAnswer } from './aws-failures.ts'
import { type Examination, examineAnswer, gateAnswer } from './gate-messages.ts'

/** A script may take 5 s, and wait for a thread before; a client waits for the answer. */
const timeoutMs = 8_000

/**
 * The validators, as the edge asks them over HTTP: signed requests, for API Gateway's service wherever they go. Asked
 * once and no more: what takes long is not asked again while somebody waits.
 */
export class Gate {
  readonly #service: AwsService | undefined

  /** @param service absent where no validators can be reached */
  constructor(service: AwsService | undefined) {
    this.#service = service
  }

  /** Whether there are validators to ask. */
  get isOpen(): boolean {
    return this.#service !== undefined
  }

  /**
   * What a script says of a download. @throws Refusal `check_unavailable`
   * @param digest the script's
   */
  judge({ format, name }: PackageRef, digest: string, input: JsonObject): Promise<CheckJudgement> {
    return this.#ask(gatePaths.judge, { format, name, digest, input }, gateAnswer)
  }

  /** Whether a text is a check script. @throws Refusal `check_unavailable` */
  examine({ format, name }: PackageRef, script: string): Promise<Examination> {
    return this.#ask(gatePaths.examine, { format, name, script }, examineAnswer)
  }

  /**
   * Lets a validator run a script that is stored nowhere, as `examine` does.
   * @throws StorageError telling why nobody ran it; Refusal `check_unavailable` where there is nobody to ask
   */
  tryOut(): Promise<Examination> {
    return this.#send(gatePaths.examine, { ...trialPackage, script: trialScript }, examineAnswer)
  }

  async #ask<T>(path: string, question: object, answer: z.ZodType<T>): Promise<T> {
    try {
      return await this.#send(path, question, answer)
    } catch (error) {
      if (!(error instanceof StorageError)) throw error
      log('error', 'gate_failed', 'a check script could not be asked, so nothing was allowed', { error })
      throw refuse('check_unavailable')
    }
  }

  async #send<T>(path: string, question: object, answer: z.ZodType<T>): Promise<T> {
    const service = this.#service
    if (service === undefined) throw refuse('check_unavailable')
    const url = `${service.endpoint}${path}`
    const headers = { 'content-type': 'application/json' }
    const body = JSON.stringify(question)
    return service.send(
      { operation: path.slice(1), method: 'POST', url, headers, body, timeoutMs, idempotent: true },
      async (response) => {
        const { success, data } = answer.safeParse(await response.json().catch(() => undefined))
        if (!success) throw badAnswer(response, 'it is no answer of a validator')
        return data
      },
    )
  }
}

const trialPackage = { format: 'npm', name: 'deckle-doctor' } as const
const trialScript = 'export function download() { return allow() }'
