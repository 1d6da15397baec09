import { digestHex } from '../std/digest.ts'
import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'
import type { AwsRequest, AwsService } from './aws.ts'
import { badAnswer, readText } from './aws-failures.ts'

export interface JsonCall extends Pick<AwsRequest, 'idempotent' | 'timeoutMs' | 'signal'> {
  /** Prefix of the `X-Amz-Target` header: the service's name and version in its own model. */
  readonly target: string
  readonly operation: string
  readonly input: object
  /** Of the protocol: they differ in the media type, and in what we do not use. Default: 1.0. */
  readonly version?: '1.0' | '1.1'
}

/**
 * One call in the AWS JSON protocol: 1.0, which DynamoDB and SQS speak, or 1.1, as Secrets Manager does.
 * @see https://smithy.io/2.0/aws/protocols/aws-json-1_0-protocol.html
 */
export function callJson(service: AwsService, call: JsonCall): Promise<JsonObject> {
  const { target, operation, input, version = '1.0', ...rest } = call
  const body = JSON.stringify(input)
  const request: AwsRequest = {
    operation,
    method: 'POST',
    headers: {
      'content-type': `application/x-amz-json-${version}`,
      'x-amz-target': `${target}.${operation}`,
      // Optional, but the signer takes the digest from here, and would else make it by way of the thread pool on Node
      'x-amz-content-sha256': digestHex('sha256', body),
    },
    body,
    ...rest,
  }
  return service.send(request, async (response) => {
    const text = await readText(response)
    // SQS answers some calls with nothing at all.
    if (text === '') return {}
    const output = parsed(response, text)
    if (!isJsonObject(output)) throw badAnswer(response, 'not a JSON object')
    return output
  })
}

function parsed(response: Response, text: string): Json {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw badAnswer(response, 'not JSON', error)
  }
}
