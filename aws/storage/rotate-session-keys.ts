import { randomBytes } from 'node:crypto'
import { SecretsManager } from '@aws-sdk/client-secrets-manager'
import { z } from 'zod'

/** What Secrets Manager sends, once for each of its four steps. */
export interface RotationEvent {
  readonly SecretId: string
  /** Names the version that is being made; the same in all steps and in every repetition. */
  readonly ClientRequestToken: string
  readonly Step: 'createSecret' | 'setSecret' | 'testSecret' | 'finishSecret'
}

/** The secret's text: newest key first. The first one signs, all of them verify. */
const sessionKeys = z.object({
  keys: z.array(z.object({ id: z.string().min(1), key: z.base64url().length(43), made: z.iso.datetime() })),
})

/** The one that signs, and the one before it: a session that it signed lives on for one more rotation. */
const keptKeys = 2
const keyBytes = 32

/**
 * Rotates the session keys. Every step may be repeated: Secrets Manager does so after a failure.
 * @see https://docs.aws.amazon.com/secretsmanager/latest/userguide/rotate-secrets_lambda-functions.html
 */
export async function rotate(secrets: SecretsManager, event: RotationEvent): Promise<void> {
  const { SecretId, ClientRequestToken } = event
  switch (event.Step) {
    case 'createSecret':
      return create(secrets, SecretId, ClientRequestToken)
    case 'setSecret':
      // Nobody else keeps a copy that has to be told
      return
    case 'testSecret':
      return test(secrets, SecretId, ClientRequestToken)
    case 'finishSecret':
      return finish(secrets, SecretId, ClientRequestToken)
  }
}

/** Repeatable: a version that is there is left as it is, since a key that was handed out must not change. */
async function create(secrets: SecretsManager, SecretId: string, token: string): Promise<void> {
  const { VersionIdsToStages = {} } = await secrets.describeSecret({ SecretId })
  if (VersionIdsToStages[token] === undefined) throw new Error(`${token} is no version of the secret`)
  const written = await secrets.getSecretValue({ SecretId, VersionId: token }).then(
    () => true,
    (error: unknown) => {
      if (error instanceof Error && error.name === 'ResourceNotFoundException') return false
      throw error
    },
  )
  if (written) return
  const current = await secrets.getSecretValue({ SecretId, VersionStage: 'AWSCURRENT' })
  const { keys } = parse(current.SecretString)
  const newest = { id: token, key: randomBytes(keyBytes).toString('base64url'), made: new Date().toISOString() }
  await secrets.putSecretValue({
    SecretId,
    ClientRequestToken: token,
    SecretString: JSON.stringify({ keys: [newest, ...keys].slice(0, keptKeys) }),
    VersionStages: ['AWSPENDING'],
  })
}

async function test(secrets: SecretsManager, SecretId: string, token: string): Promise<void> {
  const pending = await secrets.getSecretValue({ SecretId, VersionId: token, VersionStage: 'AWSPENDING' })
  if (parse(pending.SecretString).keys[0]?.id !== token) throw new Error('the new key does not stand first')
}

/** COMMIT: from here the new key signs. Repeatable: a version that is current already stays so. */
async function finish(secrets: SecretsManager, SecretId: string, token: string): Promise<void> {
  const { VersionIdsToStages = {} } = await secrets.describeSecret({ SecretId })
  const current = Object.keys(VersionIdsToStages).find((id) => VersionIdsToStages[id]?.includes('AWSCURRENT'))
  if (current === token) return
  await secrets.updateSecretVersionStage({
    SecretId,
    VersionStage: 'AWSCURRENT',
    MoveToVersionId: token,
    ...(current === undefined ? {} : { RemoveFromVersionId: current }),
  })
}

/** @throws Error that shows nothing of the text */
function parse(text: string | undefined): z.infer<typeof sessionKeys> {
  const parsed = sessionKeys.safeParse(JSON.parse(text ?? ''))
  if (!parsed.success) throw new Error('the secret does not hold session keys')
  return parsed.data
}

const secretsManager = new SecretsManager({})

export const handler = (event: RotationEvent): Promise<void> => rotate(secretsManager, event)
