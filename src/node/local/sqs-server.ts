import { mkdir } from 'node:fs/promises'
import { createServer, type ServerResponse } from 'node:http'
import { findPackageJSON } from 'node:module'
import { pathToFileURL } from 'node:url'
import { buildApp } from 'fauxqs'
import { type SignedRequest, signatureGuard } from '../service/signature-guard.ts'
import { type LocalServer, type LocalServerOptions, listen, stopListening } from './listen.ts'

type App = ReturnType<typeof buildApp>
type Stores = NonNullable<NonNullable<Parameters<typeof buildApp>[0]>['stores']>

/** SQS's protocol, kept in SQLite: fauxqs, behind a check of signatures. Only its SQS is reachable. */
export async function startSqsServer(options: LocalServerOptions): Promise<LocalServer> {
  const { port, directory, credentials, region } = options
  await mkdir(directory, { recursive: true })
  const { stores, persistence } = await openStores(directory)
  const app = buildApp({ logger: false, defaultRegion: region, stores })
  await app.ready()
  const server = createServer(
    signatureGuard({ service: 'sqs', region, credentials }, (request, response) => answer(app, request, response)),
  )
  const actualPort = await listen(server, port)
  // A queue's address contains the port, which may be another one than last time.
  for (const queue of stores.sqsStore.allQueues()) {
    Object.assign(queue, { url: `http://127.0.0.1:${actualPort}${new URL(queue.url).pathname}` })
  }
  return {
    port: actualPort,
    close: async () => {
      stores.sqsStore.shutdown()
      await stopListening(server)
      await app.close()
      persistence.close()
    },
  }
}

interface Persistence {
  readonly db: { prepare(sql: string): { run(...values: string[]): unknown } }
  loadSqsAndSns(sqs: Stores['sqsStore'], sns: Stores['snsStore']): void
  close(): void
}

/**
 * fauxqs listens on every address of the machine when it starts by itself, so its parts are put together here. They
 * are not exported: reached by their files, in the exact version that the lock file names.
 */
async function openStores(directory: string): Promise<{ readonly stores: Stores; readonly persistence: Persistence }> {
  const home = findPackageJSON('fauxqs', import.meta.url)
  if (home === undefined) throw new Error('fauxqs is not installed')
  const part = (file: string) => import(new URL(`dist/${file}`, pathToFileURL(home)).href)
  const { SqsStore }: { SqsStore: new () => Stores['sqsStore'] } = await part('sqs/sqsStore.js')
  const { SnsStore }: { SnsStore: new () => Stores['snsStore'] } = await part('sns/snsStore.js')
  const { S3Store }: { S3Store: new () => Stores['s3Store'] } = await part('s3/s3Store.js')
  const { PersistenceManager }: { PersistenceManager: new (directory: string) => Persistence } =
    await part('persistence.js')
  const stores = { sqsStore: new SqsStore(), snsStore: new SnsStore(), s3Store: new S3Store() }
  // Without a host of its own, a queue's address begins with the host that the request was sent to.
  stores.sqsStore.host = ''
  const persistence = new PersistenceManager(directory)
  // Its own statement also empties a column that may not be empty, so that a message given back would be lost.
  const ready = persistence.db.prepare(
    'UPDATE sqs_messages SET receipt_handle = NULL, visibility_deadline = NULL WHERE message_id = ?',
  )
  Object.assign(persistence, { updateMessageReady: (messageId: string) => void ready.run(messageId) })
  persistence.loadSqsAndSns(stores.sqsStore, stores.snsStore)
  Object.assign(stores.sqsStore, { persistence })
  for (const queue of stores.sqsStore.allQueues()) Object.assign(queue, { persistence })
  return { stores, persistence }
}

async function answer(app: App, request: SignedRequest, response: ServerResponse): Promise<void> {
  const { host, 'content-type': type, 'x-amz-target': target, authorization } = request.headers
  if (request.method !== 'POST' || request.url !== '/' || !String(target).startsWith('AmazonSQS.')) {
    response.writeHead(404).end()
    return
  }
  const call = (operation: string, payload: string | Buffer) =>
    app.inject({
      method: 'POST',
      url: '/',
      headers: { host, 'content-type': type, authorization, 'x-amz-target': `AmazonSQS.${operation}` },
      payload,
    })
  const operation = String(target).slice('AmazonSQS.'.length)
  const result = await call(operation, request.body)
  if (operation === 'ReceiveMessage' && response.destroyed) {
    await giveBack(request.body.toString(), result.body, (input) => call('ChangeMessageVisibility', input))
    return
  }
  const error = result.headers['x-amzn-query-error']
  response
    .writeHead(result.statusCode, {
      'content-type': 'application/x-amz-json-1.0',
      ...(error !== undefined && { 'x-amzn-query-error': error }),
    })
    .end(result.rawPayload)
}

/** A receiver that died while it waited must not take messages with it, out of sight for a minute. */
async function giveBack(request: string, result: string, change: (input: string) => Promise<unknown>): Promise<void> {
  const { QueueUrl }: { QueueUrl?: string } = JSON.parse(request)
  const { Messages = [] }: { Messages?: readonly { readonly ReceiptHandle: string }[] } = JSON.parse(result)
  for (const { ReceiptHandle } of Messages) {
    await change(JSON.stringify({ QueueUrl, ReceiptHandle, VisibilityTimeout: 0 }))
  }
}
