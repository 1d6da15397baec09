import type { AwsService } from './aws.ts'
import { callJson } from './aws-json.ts'

/** Reads secrets. @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_GetSecretValue.html */
export class SecretsManager {
  readonly #service: AwsService

  constructor(service: AwsService) {
    this.#service = service
  }

  /** The current text of a secret, by its name or ARN. @throws StorageError */
  async value(name: string): Promise<string> {
    const call = { target: 'secretsmanager', operation: 'GetSecretValue', input: { SecretId: name }, idempotent: true }
    const { SecretString: text } = await callJson(this.#service, { ...call, version: '1.1' })
    if (typeof text !== 'string') throw new Error(`the secret ${name} holds no text`)
    return text
  }
}
