import { lintSource } from '@secretlint/core'
import { secretLintProfiler } from '@secretlint/profiler'
import { rules } from '@secretlint/secretlint-rule-preset-recommend'
import { mayHoldSecret } from './secret-anchors.ts'
import type { TextWindow } from './secret-windows.ts'

// On by default, it would keep a mark of each rule and window for as long as the process lives
secretLintProfiler.setEnabled(false)

/** Something that a rule takes for a secret. The secret itself is never part of it. */
export interface SecretHit {
  readonly line: number
  /** What it is, for a sentence: `npm access token`. */
  readonly kind: string
  /** The rule's short name: `npm`. */
  readonly rule: string
  /** Whether it is all but sure to be a working secret: of a form that nothing else has, and not made up. */
  readonly isConfident: boolean
}

const rulePrefix = '@secretlint/secretlint-rule-'
const allRules = rules.map((rule) => ({ id: rule.meta.id, rule }))
// Listed one by one: inside a preset, secretlint's core does not heed `disabled`
const rulesWithoutComments = allRules.filter(({ id }) => id !== `${rulePrefix}filter-comments`)

/** Rules that only see a form which documentation and tests also have: `user:password@host`. */
const doubtfulRules = new Set(['basicauth', 'database-connection-string'])
/** Keys for a provider's sandbox, and forms with too little of their own. */
const doubtfulKinds = new Set([
  'STRIPE_SECRET_KEY_TEST',
  'STRIPE_RESTRICTED_KEY_TEST',
  'GRAFANA_CLOUD_API_TOKEN',
  'IncomingWebhook',
])

/** Words in a path that say: this is here to be looked at, not to be used. */
const harmlessWords =
  /(?:^|[^a-z])(?:e2e|tests?|testdata|specs?|fixtures?|mocks?|examples?|samples?|demos?|docs?|dummy|fake|localhost|snakeoil|self-?signed)(?:[^a-z]|$)/i

/** Where private keys stand that everybody may have: of development servers, in code, in a text, beside a certificate. */
const shippedKeyPaths = /\.(?:[cm]?[jt]sx?|map|html?|md|markdown|rst)$|(?:^|\/)(?:ssl|tls|certs?|certificates?)\//i

/**
 * Runs secretlint's recommended rules over a window. What a comment of secretlint (`secretlint-disable-line`) marks as
 * known is still a hit, but no confident one. `mayRunRules` is asked before the rules run, which is seldom needed.
 */
export async function findSecrets(
  path: string,
  window: TextWindow,
  mayRunRules: (characters: number) => boolean,
): Promise<readonly SecretHit[]> {
  if (!mayHoldSecret(window.text) || !mayRunRules(window.text.length)) return []
  const messages = (await lint(path, window, true)).filter((message) => isWhole(message.range, window))
  if (messages.length === 0) return []
  const unmarked = window.text.includes('secretlint-disable') ? await lint(path, window, false) : messages
  const marks = new Set(unmarked.map(markOf))
  return messages.map((message) => {
    const rule = message.ruleId.slice(rulePrefix.length)
    const isConfident =
      marks.has(markOf(message)) &&
      !doubtfulRules.has(rule) &&
      !doubtfulKinds.has(message.messageId) &&
      !harmlessWords.test(path) &&
      !(rule === 'privatekey' && shippedKeyPaths.test(path)) &&
      !looksInvented(secretOf(message, window.text))
    return { line: window.firstLine + message.loc.start.line - 1, kind: kindOf(message.messageId), rule, isConfident }
  })
}

type Message = Awaited<ReturnType<typeof lintSource>>['messages'][number]

async function lint(
  path: string,
  { text, isFirst, isLast }: TextWindow,
  ignoringComments: boolean,
): Promise<Message[]> {
  const result = await lintSource({
    source: {
      // `secretlint-disable-line` has no effect on a last line that nothing ends
      content: `${text}\n`,
      filePath: path,
      // The rule for Google's keys parses whole JSON files, and would open a `.p12` of that path on our disk
      ext: path.endsWith('.json') && isFirst && isLast ? '.json' : '',
      contentType: 'text',
    },
    options: {
      noPhysicFilePath: true,
      config: { rules: ignoringComments ? rulesWithoutComments : allRules },
    },
  })
  return result.messages
}

/** At a cut edge a pattern cannot see what stands beyond it; the neighbouring window has the whole of such a match. */
function isWhole([start, end]: Message['range'], { text, isFirst, isLast }: TextWindow): boolean {
  return (isFirst || start > 0) && (isLast || end < text.length)
}

function markOf({ ruleId, messageId, range }: Message): string {
  return `${ruleId} ${messageId} ${range[0]}`
}

/** `NPM_ACCESS_TOKEN`, `AWSSecretAccessKey` and `Npmrc_authToken` as words. */
function kindOf(messageId: string): string {
  return messageId
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .replace(/([A-Z])([A-Z][a-z])/g, '$1 $2')
    .replaceAll('_', ' ')
    .toLowerCase()
}

/** Two rules give the place of the name and the length of the value: the value follows on the same line. */
function secretOf({ messageId, range: [start, end] }: Message, text: string): string {
  const line = text.slice(start, start + 400).split('\n', 1)[0] ?? ''
  if (messageId === 'AWSSecretAccessKey') return /[A-Za-z0-9/+=]{40}/.exec(line)?.[0] ?? line
  if (messageId === 'Npmrc_authToken') return line.slice(line.indexOf('=') + 1)
  return text.slice(start, end)
}

/** Whether somebody typed it as an example: it says so, repeats itself, or counts up. A random key does none of it. */
export function looksInvented(secret: string): boolean {
  if (/example|sample|dummy|placeholder|redacted|change-?me|your[-_]|<|>|\$\{|\*{3}|\.{3}/i.test(secret)) return true
  const body = secret.slice(-30).toLowerCase()
  if (body.length >= 20 && new Set(body).size < 9) return true
  let run = 1
  for (let at = 1; at < body.length; at += 1) {
    const step = body.charCodeAt(at) - body.charCodeAt(at - 1)
    run = step === 0 || step === 1 ? run + 1 : 1
    if (run >= 6) return true
  }
  return false
}
