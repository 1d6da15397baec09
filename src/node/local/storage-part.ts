/** One local storage server as a process of its own, started by the supervisor. */
import { z } from 'zod'
import type { LocalServer, LocalServerOptions } from './listen.ts'
import { servePart } from './part.ts'

/** Each process loads its own server only. */
const servers: Record<'dynamodb' | 's3' | 'sqs', (options: LocalServerOptions) => Promise<LocalServer>> = {
  dynamodb: async (options) => (await import('./dynamodb-server.ts')).startDynamoDbServer(options),
  s3: async (options) => (await import('./s3-server.ts')).startS3Server(options),
  sqs: async (options) => (await import('./sqs-server.ts')).startSqsServer(options),
}

const input = z.object({
  part: z.enum(['dynamodb', 's3', 'sqs']),
  port: z.number(),
  directory: z.string(),
  region: z.string(),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
})

export type StorageInput = Readonly<z.infer<typeof input>>

servePart((raw) => {
  const { part, ...options } = input.parse(raw)
  return servers[part](options)
})
