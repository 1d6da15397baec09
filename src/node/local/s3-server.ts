import { mkdir } from 'node:fs/promises'
import { createServer, type RequestListener } from 'node:http'
import { join } from 'node:path'
import S3rver from '@20minutes/s3rver'
import accounts from '@20minutes/s3rver/lib/models/account.js'
import S3Error from '@20minutes/s3rver/lib/models/error.js'
import signatures from '@20minutes/s3rver/lib/signature/v4.js'
import { SigningKeys } from '../../storage/signer.ts'
import { expiringPrefixes, unfinishedUploadDays } from '../../storage/tables.ts'
import { reportFault } from './fault.ts'
import {
  type LocalServer,
  type LocalServerOptions,
  listen,
  loopback,
  servedAddresses,
  stopListening,
} from './listen.ts'
import { Drafts } from './object-file.ts'
import { ObjectStore } from './object-store.ts'
import { regionalClient } from './replication/client.ts'
import { replicateObjects } from './replication/objects.ts'
import { s3Front } from './s3-front.ts'
import { RequestStore, type Storage } from './s3rver-store.ts'
import { UploadStore } from './upload-store.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs

export interface S3ServerOptions extends LocalServerOptions {
  /** An address to be served on too: of the three servers, this is the only one that clients come to. */
  readonly host?: string | undefined
}

const signingKeys = new SigningKeys()

/** S3's protocol on a folder: s3rver, with a store and a front of our own. Only for path-style addresses. */
export async function startS3Server(options: S3ServerOptions): Promise<LocalServer> {
  const { directory, credentials, region, copies = [] } = options
  const storage = await openStorage(directory)
  const app = new S3rver({ silent: true, vhostBuckets: false, directory })
  // s3rver knows one key pair, which everybody knows.
  accounts.DUMMY_ACCOUNT.revokeAccessKey('S3RVER')
  accounts.DUMMY_ACCOUNT.createKeyPair(credentials.accessKeyId, credentials.secretAccessKey)
  // s3rver derives it anew for every request
  signatures.getSigningKey = (secret, ...scope) => signingKeys.keyOf(secret, [...scope, 'aws4_request'].join('/'))
  app.store = new RequestStore(storage, {})
  app.middleware.splice(-1, 0, s3Front({ accessKeyId: credentials.accessKeyId, region, storage }))
  app.on('error', (error, context) => {
    // A refusal belongs to whoever asked.
    if (!(error instanceof S3Error)) reportFault('s3', error, context?.req)
  })
  const { port, servers } = await serve(app.callback(), options)
  const replicators = copies.map((copy) => replicateObjects(storage.objects, regionalClient('s3', copy, credentials)))
  storage.objects.changed = (change) => {
    for (const replicator of replicators) replicator.note(change)
  }
  await expire(storage, Date.now())
  const expiry = setInterval(
    () => void expire(storage, Date.now()).catch((error: unknown) => reportFault('s3', error)),
    hourMs,
  )
  expiry.unref()
  return {
    port,
    close: async () => {
      clearInterval(expiry)
      for (const replicator of replicators) replicator.close()
      await Promise.all(servers.map(stopListening))
      app.logger.close()
    },
  }
}

async function serve(handle: RequestListener, options: S3ServerOptions) {
  const [first, ...others] = options.host === undefined ? [loopback] : servedAddresses(options.host)
  const server = createServer(handle)
  const servers = [server]
  const port = await listen(server, options.port, first)
  for (const address of others) {
    const another = createServer(handle)
    servers.push(another)
    await listen(another, port, address)
  }
  return { port, servers }
}

/** Also removes what a killed server left half-written. */
export async function openStorage(directory: string): Promise<Storage> {
  const drafts = new Drafts(join(directory, 'drafts'))
  await mkdir(join(directory, 'buckets'), { recursive: true })
  await drafts.clear()
  return {
    drafts,
    objects: new ObjectStore(join(directory, 'buckets'), drafts),
    uploads: new UploadStore(join(directory, 'uploads'), drafts),
  }
}

/** What the bucket's lifecycle rules do on AWS. */
export async function expire({ objects, uploads }: Storage, now: number): Promise<void> {
  for (const bucket of await objects.buckets()) {
    for (const [prefix, days] of Object.entries(expiringPrefixes))
      await objects.expire(bucket, prefix, now - days * dayMs)
  }
  await uploads.expire(now - unfinishedUploadDays * dayMs)
}
