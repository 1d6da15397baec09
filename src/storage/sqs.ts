import { isJsonObject, type Json, type JsonObject } from '../std/json.ts'
import type { AwsService } from './aws.ts'
import { callJson } from './aws-json.ts'
import { queues } from './tables.ts'

export type QueueName = keyof typeof queues

export interface Message {
  readonly messageId: string
  /** Names this delivery of the message, not the message. */
  readonly receiptHandle: string
  readonly body: string
  /** How often it was delivered, this time included. */
  readonly receiveCount: number
}

export interface ReceiveOptions {
  /** 1 to 10. */
  readonly max: number
  /** 0 to 20: how long to wait for a message. */
  readonly waitS: number
  /** Default: the queue's own. */
  readonly visibilityTimeoutS?: number
  readonly signal?: AbortSignal
}

/** Approximate numbers of messages. */
export interface QueueDepth {
  readonly visible: number
  readonly inFlight: number
  readonly delayed: number
}

export interface SqsOptions {
  readonly service: AwsService
  /** Stands before each queue's name. */
  readonly queuePrefix: string
}

/** Messages are delivered at least once, in no particular order. Every method throws `StorageError`. */
export class Sqs {
  readonly #service: AwsService
  readonly #prefix: string
  readonly #urls = new Map<QueueName, string>()

  constructor(options: SqsOptions) {
    this.#service = options.service
    this.#prefix = options.queuePrefix
  }

  /** A message whose answer was lost is sent again, and may then be delivered twice. */
  async send(queue: QueueName, body: string, options: { readonly delayS?: number } = {}): Promise<void> {
    const { delayS } = options
    await this.call('SendMessage', {
      QueueUrl: await this.queueUrl(queue),
      MessageBody: body,
      ...(delayS !== undefined && { DelaySeconds: delayS }),
    })
  }

  async receive(queue: QueueName, options: ReceiveOptions): Promise<readonly Message[]> {
    const { max, waitS, visibilityTimeoutS, signal } = options
    const input = {
      QueueUrl: await this.queueUrl(queue),
      MaxNumberOfMessages: max,
      WaitTimeSeconds: waitS,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
      ...(visibilityTimeoutS !== undefined && { VisibilityTimeout: visibilityTimeoutS }),
    }
    const timeoutMs = waitS * 1_000 + 5_000
    const output = await this.call('ReceiveMessage', input, { timeoutMs, ...(signal && { signal }) })
    const messages = output['Messages']
    return Array.isArray(messages) ? messages.map(messageOf) : []
  }

  /** Ends the message's life. A receipt handle that is no longer valid is fine. */
  async remove(queue: QueueName, receiptHandle: string): Promise<void> {
    await this.call('DeleteMessage', { QueueUrl: await this.queueUrl(queue), ReceiptHandle: receiptHandle })
  }

  /** From now on; 0 gives the message back at once. */
  async changeVisibility(queue: QueueName, receiptHandle: string, timeoutS: number): Promise<void> {
    const QueueUrl = await this.queueUrl(queue)
    const input = { QueueUrl, ReceiptHandle: receiptHandle, VisibilityTimeout: timeoutS }
    await this.call('ChangeMessageVisibility', input)
  }

  async depth(queue: QueueName): Promise<QueueDepth> {
    const QueueUrl = await this.queueUrl(queue)
    const AttributeNames = [
      'ApproximateNumberOfMessages',
      'ApproximateNumberOfMessagesNotVisible',
      'ApproximateNumberOfMessagesDelayed',
    ]
    const { Attributes } = await this.call('GetQueueAttributes', { QueueUrl, AttributeNames })
    const [visible, inFlight, delayed] = AttributeNames.map((name) => Number(textField(Attributes, name)))
    return { visible: visible ?? 0, inFlight: inFlight ?? 0, delayed: delayed ?? 0 }
  }

  queueName(queue: QueueName): string {
    return `${this.#prefix}${queues[queue].name}`
  }

  /** The queue's address, asked for once. */
  async queueUrl(queue: QueueName): Promise<string> {
    const known = this.#urls.get(queue)
    if (known !== undefined) return known
    const output = await this.call('GetQueueUrl', { QueueName: this.queueName(queue) })
    const url = textField(output, 'QueueUrl')
    this.#urls.set(queue, url)
    return url
  }

  /** Any operation, in the words of SQS. */
  call(
    operation: string,
    input: object,
    options: { readonly timeoutMs?: number; readonly signal?: AbortSignal } = {},
  ): Promise<JsonObject> {
    return callJson(this.#service, { target: 'AmazonSQS', operation, input, idempotent: true, ...options })
  }
}

function messageOf(message: Json): Message {
  const attributes = isJsonObject(message) ? message['Attributes'] : undefined
  return {
    messageId: textField(message, 'MessageId'),
    receiptHandle: textField(message, 'ReceiptHandle'),
    body: textField(message, 'Body'),
    receiveCount: Number(textField(attributes, 'ApproximateReceiveCount')),
  }
}

function textField(value: Json | undefined, name: string): string {
  const field = isJsonObject(value) ? value[name] : undefined
  return typeof field === 'string' ? field : ''
}
