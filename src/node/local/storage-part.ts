/** One local storage server as a process of its own, started by the supervisor. */
import { z } from 'zod'
import type { LocalServer, LocalServerOptions } from './listen.ts'
import { servePart } from './part.ts'
import type { S3ServerOptions } from './s3-server.ts'

/** Each process loads its own server only. */
const servers = {
  dynamodb: async (options: LocalServerOptions) => (await import('./dynamodb-server.ts')).startDynamoDbServer(options),
  s3: async (options: S3ServerOptions) => (await import('./s3-server.ts')).startS3Server(options),
  sqs: async (options: LocalServerOptions) => (await import('./sqs-server.ts')).startSqsServer(options),
} satisfies Record<string, (options: S3ServerOptions) => Promise<LocalServer>>

const input = z.object({
  part: z.enum(['dynamodb', 's3', 'sqs']),
  port: z.number(),
  /** Used by `s3`; the others are for this machine only. */
  host: z.string().optional(),
  directory: z.string(),
  region: z.string(),
  copies: z.array(z.object({ region: z.string(), port: z.number() })),
  credentials: z.object({ accessKeyId: z.string(), secretAccessKey: z.string() }),
})

export type StorageInput = Readonly<z.infer<typeof input>>

servePart((raw) => {
  const { part, ...options } = input.parse(raw)
  return servers[part](options)
})
