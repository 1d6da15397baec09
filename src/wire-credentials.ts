import type { Config } from './config.ts'
import type { Platform } from './std/platform.ts'
import { containerCredentials } from './storage/container-credentials.ts'
import { type CredentialsProvider, refreshing, staticCredentials } from './storage/credentials.ts'

/** What signs the requests to storage, as the settings say. */
export function wireCredentials(config: Config, platform: Platform): CredentialsProvider {
  const { access } = config.storage
  if (access.kind === 'container') return refreshing(containerCredentials(access.path, platform), platform)
  const { accessKeyId, secretAccessKey, sessionToken } = access
  return staticCredentials({
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  })
}
