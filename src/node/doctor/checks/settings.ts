import { type Config, ConfigError, parseConfig } from '../../../config.ts'
import { isLoopback } from '../../../std/origin.ts'
import { combine, type Finding, ok, problem, warning } from '../finding.ts'

/**
 * The settings, and what can be said of them without asking anybody. Also what `parseConfig` refuses at every start:
 * what is missing or malformed, and one host name for registry and storage.
 */
export function examineSettings(
  raw: Readonly<Record<string, unknown>>,
  role: 'edge' | undefined,
): { readonly finding: Finding; readonly config?: Config } {
  try {
    const config = parseConfig(raw)
    const found = [...nameProblems(config), ...linkProblems(config), ...(role === 'edge' ? edgeWarnings(config) : [])]
    const { region, bucket } = config.storage
    return { config, finding: combine([ok(`${config.publicUrl}, bucket ${bucket}, region ${region}.`), ...found]) }
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error
    const message = error.message.replace(/\s*\n\s*/g, '; ')
    return { finding: problem(message, 'Correct the settings that are named; docs/settings.md describes each.') }
  }
}

/** @see https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/quotas-queues.html */
function nameProblems({ storage }: Config): readonly Finding[] {
  const found: Finding[] = []
  if (!/^[\w.-]*$/.test(storage.tablePrefix)) {
    found.push(
      problem('DECKLE_TABLE_PREFIX is no beginning of a table name.', 'Use letters, digits, "_", "." and "-".'),
    )
  }
  if (!/^[\w-]*$/.test(storage.queuePrefix)) {
    found.push(problem('DECKLE_QUEUE_PREFIX is no beginning of a queue name.', 'Use letters, digits, "_" and "-".'))
  }
  if (storage.s3Endpoint === undefined && storage.bucket.includes('.')) {
    const remedy = 'Use a bucket without a dot: the certificate of S3 covers one label before its own name.'
    found.push(problem(`The bucket ${storage.bucket} has a dot in its name.`, remedy))
  }
  return found
}

function linkProblems({ storage }: Config): readonly Finding[] {
  const links = storage.s3PublicEndpoint ?? storage.s3Endpoint
  if (links === undefined || links.startsWith('https:') || isLoopback(links)) return []
  return [
    problem(`Signed links lead to ${new URL(links).host}, without TLS.`, 'Set DECKLE_STORAGE_URL to an https address.'),
  ]
}

function edgeWarnings({ sessions, secretKey }: Config): readonly Finding[] {
  const found: Finding[] = []
  if (sessions.keys.length === 0) {
    found.push(
      warning('DECKLE_SESSION_KEYS is not set: nobody can log in on a page.', 'Set it as a secret of the Worker.'),
    )
  }
  if (secretKey === undefined) {
    const message = 'DECKLE_SECRET_KEY is not set: nobody can set up an app as second factor.'
    found.push(warning(message, 'Set it as a secret of the Worker, and keep a copy.'))
  }
  return found
}
