import { webPlatform } from '../../../std/platform.ts'
import { AwsService, type ServiceName } from '../../../storage/aws.ts'
import { staticCredentials } from '../../../storage/credentials.ts'
import { type LocalServerOptions, loopback, type RegionalServer } from '../listen.ts'

/** Asks a local server of a region. */
export function regionalClient(
  service: ServiceName,
  { region, port }: RegionalServer,
  credentials: LocalServerOptions['credentials'],
): AwsService {
  const endpoint = `http://${loopback}:${port}`
  return new AwsService({
    ...{ service, region, endpoint, platform: webPlatform },
    credentials: staticCredentials(credentials),
  })
}
