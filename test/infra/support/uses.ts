import type { Use } from './policies.ts'

/** What was really there; uses are said in the names of the synthesised stacks. */
export interface Names {
  readonly bucket: string
  readonly tablePrefix: string
  readonly queuePrefix: string
}

export interface SeenRequest {
  readonly method: string
  readonly url: string
  readonly headers: Headers
  readonly body: string
}

const region = 'eu-central-1'
const account = '111111111111'
const bucketArn = `arn:aws:s3:::deckle-${account}-${region}`
const tableArn = (name: string) => `arn:aws:dynamodb:${region}:${account}:table/deckle-${name}`

/** What AWS would authorise for a request: what was asked, and what the service does for it in the caller's name. */
export function usesOf(request: SeenRequest, names: Names): readonly Use[] {
  const target = request.headers.get('x-amz-target') ?? ''
  const [api, operation = ''] = target.split('.')
  if (api === 'DynamoDB_20120810') return tableUses(operation, JSON.parse(request.body), names)
  if (api === 'AmazonSQS') return [queueUse(operation, JSON.parse(request.body), names)]
  if (api === 'secretsmanager') return secretUses(operation, JSON.parse(request.body))
  if (target !== '') throw new Error(`unknown API: ${target}`)
  return objectUses(request, names)
}

function tableUses(operation: string, input: Readonly<Record<string, any>>, { tablePrefix }: Names): readonly Use[] {
  const tables: readonly string[] = input['RequestItems'] ? Object.keys(input['RequestItems']) : [input['TableName']]
  const index = input['IndexName'] === undefined ? '' : `/index/${input['IndexName']}`
  return tables.map((table) => ({
    action: `dynamodb:${operation}`,
    resource: `${tableArn(table.slice(tablePrefix.length))}${index}`,
  }))
}

/** Secrets are named; their ARNs end with what Secrets Manager makes up. */
function secretUses(operation: string, { SecretId }: Readonly<Record<string, any>>): readonly Use[] {
  return [
    { action: `secretsmanager:${operation}`, resource: String(SecretId) },
    { action: 'kms:Decrypt', resource: 'key of the secrets' },
  ]
}

function queueUse(operation: string, input: Readonly<Record<string, any>>, { queuePrefix }: Names): Use {
  const name = String(input['QueueName'] ?? input['QueueUrl'])
    .split('/')
    .at(-1)
  // A batch is authorised as its single operation
  const action = `sqs:${operation.replace(/Batch$/, '')}`
  return { action, resource: `arn:aws:sqs:${region}:${account}:deckle-${name?.slice(queuePrefix.length)}` }
}

/**
 * By the table of permissions that S3 wants for its operations. Whoever asks for an object that may be missing must be
 * able to list, to be told so; the bytes are encrypted, so that the key is used for them.
 * @see https://docs.aws.amazon.com/AmazonS3/latest/userguide/using-with-s3-policy-actions.html
 */
function objectUses({ method, url, headers }: SeenRequest, { bucket }: Names): readonly Use[] {
  const { pathname, searchParams } = new URL(url)
  const key = decodeURIComponent(pathname.slice(`/${bucket}/`.length))
  const on = (action: string, of = key): Use => ({ action: `s3:${action}`, resource: `${bucketArn}/${of}` })
  const decrypt: Use = { action: 'kms:Decrypt', resource: 'key of the bucket' }
  const encrypt: Use = { action: 'kms:GenerateDataKey', resource: 'key of the bucket' }
  const list: Use = { action: 's3:ListBucket', resource: bucketArn }
  if (key === '') return [list]
  if (method === 'GET' && searchParams.has('uploadId')) return [on('ListMultipartUploadParts')]
  if (method === 'GET' || method === 'HEAD') return [on('GetObject'), list, decrypt]
  if (method === 'DELETE') return [on(searchParams.has('uploadId') ? 'AbortMultipartUpload' : 'DeleteObject')]
  const source = headers.get('x-amz-copy-source')
  const read = source === null ? [] : [on('GetObject', decodeURIComponent(source).slice(`/${bucket}/`.length)), list]
  // The parts of an upload are put together under the key that the first one was encrypted with
  const parts = searchParams.has('uploadId') || searchParams.has('uploads') || source !== null
  return [on('PutObject'), encrypt, ...read, ...(parts ? [decrypt] : [])]
}
