import { mkdir } from 'node:fs/promises'
import { IncomingMessage, type RequestListener, type ServerResponse } from 'node:http'
import { Socket } from 'node:net'
import dynalite from 'dynalite'
import { type SignedRequest, signatureGuard } from '../service/signature-guard.ts'
import { type ItemChange, writeItemsAtomically } from './dynalite-atomic.ts'
import { type LocalServer, type LocalServerOptions, listen, type RegionalServer, stopListening } from './listen.ts'
import { regionalClient } from './replication/client.ts'
import { replicateItems } from './replication/items.ts'
import type { Replicator } from './replication/replicator.ts'

export interface DynamoDbServerOptions extends LocalServerOptions {
  /** Keep nothing in `directory`: LevelDB makes a trip to the thread pool for every read, which tests need not wait for. */
  readonly inMemory?: boolean
}

/** DynamoDB's protocol on a LevelDB: dynalite, behind a check of signatures. */
export async function startDynamoDbServer(options: DynamoDbServerOptions): Promise<LocalServer> {
  const { port, directory, credentials, region, copies = [], inMemory = false } = options
  if (!inMemory) await mkdir(directory, { recursive: true })
  const replicators: Replicator<ItemChange>[] = []
  writeItemsAtomically((change) => {
    for (const replicator of replicators) replicator.note(change)
  })
  const server = dynalite({
    ...(!inMemory && { path: directory }),
    createTableMs: 0,
    deleteTableMs: 0,
    updateTableMs: 0,
  })
  const [listener] = server.listeners('request')
  server.removeAllListeners('request')
  const answer: RequestListener = (request, response) => listener?.call(server, request, response)
  server.on(
    'request',
    signatureGuard({ service: 'dynamodb', region, credentials }, (request, response) =>
      replay(answer, request, response),
    ),
  )
  const actualPort = await listen(server, port)
  const clientOf = (of: RegionalServer) => regionalClient('dynamodb', of, credentials)
  for (const copy of copies) replicators.push(replicateItems(clientOf({ region, port: actualPort }), clientOf(copy)))
  return {
    port: actualPort,
    // dynalite closes its database with the server.
    close: () => {
      for (const replicator of replicators) replicator.close()
      return stopListening(server)
    },
  }
}

/** The request once more, as if it came in now. */
function replay(answer: RequestListener, signed: SignedRequest, response: ServerResponse<IncomingMessage>): void {
  const request = new IncomingMessage(new Socket())
  request.method = signed.method
  request.url = signed.url
  request.headers = signed.headers
  request.push(signed.body)
  request.push(null)
  answer(request, Object.assign(response, { req: request }))
}
