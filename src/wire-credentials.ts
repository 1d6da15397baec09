import type { Config } from './config.ts'
import { EdgeIdentity } from './registry/edge-identity.ts'
import type { Platform } from './std/platform.ts'
import { containerCredentials } from './storage/container-credentials.ts'
import { type CredentialsProvider, refreshing, staticCredentials } from './storage/credentials.ts'
import { webIdentityCredentials } from './storage/web-identity-credentials.ts'

/** Who the registry is to AWS, when the settings have keys for it. */
export function wireEdgeIdentity({ identityKeys, publicUrl }: Config, platform: Platform): EdgeIdentity | undefined {
  return identityKeys && new EdgeIdentity(identityKeys.reveal(), publicUrl, platform)
}

/** What signs the requests to storage, as the settings say. */
export function wireCredentials(config: Config, platform: Platform): CredentialsProvider {
  const { access } = config.storage
  switch (access.kind) {
    case 'container':
      return refreshing(containerCredentials(access.path, platform), platform)
    case 'web-identity': {
      const identity = wireEdgeIdentity(config, platform)
      if (identity === undefined) throw new Error('a role is taken with keys only')
      const { roleArn, endpoint } = access
      return refreshing(
        webIdentityCredentials({ roleArn, endpoint, token: () => identity.token() }, platform),
        platform,
      )
    }
    case 'keys': {
      const { accessKeyId, secretAccessKey, sessionToken } = access
      return staticCredentials({
        accessKeyId,
        secretAccessKey: secretAccessKey.reveal(),
        ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
      })
    }
  }
}
