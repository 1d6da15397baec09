import { shown } from '../../std/shown.ts'
import { StorageError } from '../../storage/aws.ts'
import { AttemptFailure } from '../../storage/aws-failures.ts'
import { type Finding, problem, skipped } from './finding.ts'

/** The other side could not be reached: no name, no answer, or no TLS that can be trusted. */
export class Unreachable extends Error {
  readonly host: string
  /** Node's own: `ENOTFOUND`, `ECONNREFUSED`, `CERT_HAS_EXPIRED`. */
  readonly code: string

  constructor(host: string, cause: unknown) {
    super(`${host} cannot be reached`, { cause })
    this.host = host
    this.code = codeOf(cause)
  }
}

/** The signature, or who signed, is what a service refuses. */
const identityCodes = new Set([
  'UnrecognizedClientException',
  'InvalidSignatureException',
  'InvalidClientTokenId',
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'ExpiredTokenException',
  'InvalidToken',
  'MissingAuthenticationTokenException',
  'IncompleteSignature',
])
const regionCodes = new Set(['AuthorizationHeaderMalformed', 'PermanentRedirect', 'IllegalLocationConstraintException'])
const absentCodes = new Set([
  'NoSuchBucket',
  'ResourceNotFoundException',
  'QueueDoesNotExist',
  'AWS.SimpleQueueService.NonExistentQueue',
])
const deniedCodes = new Set(['AccessDenied', 'AccessDeniedException', 'Http403'])
const unsupportedCodes = new Set(['NotImplemented', 'UnknownOperationException', 'UnsupportedOperation', 'Http501'])

export type StorageTrouble = 'identity' | 'region' | 'absent' | 'denied' | 'unsupported' | 'unreachable' | 'other'

/** What kind of trouble a storage service had with a request; undefined for what is no storage failure. */
export function troubleOf(error: unknown): StorageTrouble | undefined {
  if (!(error instanceof StorageError)) return undefined
  if (identityCodes.has(error.code)) return 'identity'
  if (regionCodes.has(error.code)) return 'region'
  if (absentCodes.has(error.code)) return 'absent'
  if (deniedCodes.has(error.code)) return 'denied'
  if (unsupportedCodes.has(error.code)) return 'unsupported'
  return error.status === 0 ? 'unreachable' : 'other'
}

const storageRemedies: Readonly<Record<StorageTrouble, string>> = {
  identity:
    'Check AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN: the key may be wrong, deleted or expired.',
  region: 'Set AWS_REGION to the region that the bucket is in.',
  absent: 'Deploy the storage stack, or correct DECKLE_BUCKET, DECKLE_TABLE_PREFIX, DECKLE_QUEUE_PREFIX or AWS_REGION.',
  denied: 'Give the role of these credentials the right to this action; docs/doctor.md says which each check needs.',
  unsupported: 'Use a server that knows this operation.',
  unreachable: 'Check AWS_REGION and the DECKLE_…_ENDPOINT settings, and the way from this machine to there.',
  other: 'Look the code up in the documentation of the service; try again if it is an outage.',
}

/** Looks at what only an administrator's credentials may see: where they may not, that is no flaw of the deployment. */
export async function unlessDenied(action: string, look: () => Promise<Finding>): Promise<Finding> {
  try {
    return await look()
  } catch (error) {
    if (troubleOf(error) !== 'denied') throw error
    return skipped(`These credentials may not ${action}.`)
  }
}

/** Words what a check threw. */
export function findingOf(error: unknown): Finding {
  const trouble = troubleOf(error)
  if (trouble !== undefined) return problem(sentenceOf(error), storageRemedies[trouble])
  if (error instanceof Unreachable) {
    return problem(`${error.host} cannot be reached: ${error.code}.`, reachRemedy(error.code))
  }
  if (error instanceof AttemptFailure) {
    return problem(`The answer cannot be used: ${error.code}.`, 'Look at what stands between here and there.')
  }
  return problem(
    `The check itself failed: ${sentenceOf(error)}`,
    'Run it again; if it stays so, report it as a bug of Deckle.',
  )
}

function sentenceOf(error: unknown): string {
  // What AWS says about a wrong signature repeats the headers that were signed, the session token among them
  if (error instanceof StorageError && troubleOf(error) === 'identity') {
    return `${error.service} does not take the signature of ${error.operation}: ${error.code}.`
  }
  const text = error instanceof Error ? error.message : String(error)
  return `${text.replace(/\p{C}/gu, ' ').slice(0, 300).replace(/\.+$/, '')}.`
}

function reachRemedy(code: string): string {
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN') return 'Correct the host name, or its DNS record.'
  if (code === 'ECONNREFUSED') return 'Start what listens there, or correct the port.'
  if (/CERT|TLS|SSL|SELF_SIGNED|ISSUER/.test(code)) return 'Renew or correct the certificate of that host name.'
  return 'Check the address, and firewalls and proxies on the way.'
}

function codeOf(cause: unknown): string {
  const inner = cause instanceof Error ? (cause.cause ?? cause) : cause
  const code = typeof inner === 'object' && inner !== null && 'code' in inner ? inner.code : undefined
  return shown(typeof code === 'string' ? code : 'no answer')
}
