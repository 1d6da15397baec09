import type { HttpApi } from 'aws-cdk-lib/aws-apigatewayv2'
import type { Construct } from 'constructs'
import { bucketName, metricsNamespace, validatorsPath } from './names.ts'
import { homeOf, regionsOf, type Settings } from './settings.ts'

/** For whoever serves clients: it reaches the validators through the API, finds its secrets by name, and reads them itself. */
export function frontDoorEnvironment(scope: Construct, settings: Settings, api: HttpApi): Record<string, string> {
  return {
    ...environmentOf(scope, settings),
    DECKLE_SESSION_KEYS_SECRET: `${settings.prefix}session-keys`,
    DECKLE_SECRET_KEY_SECRET: `${settings.prefix}secret-key`,
    ...regionalEnvironment(scope, settings),
    DECKLE_VALIDATOR_URL: `${api.apiEndpoint}${validatorsPath}`,
    // Its address is API Gateway's, or the load balancer's, own word
    DECKLE_TRUST_ADDRESS: 'true',
  }
}

/** Where there are several regions: which, and which of them is written to. */
function regionalEnvironment(scope: Construct, settings: Settings): Record<string, string> {
  const { prefix, replicas } = settings
  if (replicas.length === 0) return {}
  const regions = regionsOf(settings).map((region) => ({ region, bucket: bucketName(scope, prefix, region) }))
  return {
    DECKLE_REGIONS: JSON.stringify(regions),
    DECKLE_HOME_REGION: settings.writesPaused ? 'none' : homeOf(settings),
  }
}

/** Settings of the product (`src/config.ts`) that every component on AWS has: where things are, and no secrets. */
export function environmentOf(
  scope: Construct,
  { publicUrl, prefix, tracesEndpoint }: Settings,
): Record<string, string> {
  return {
    DECKLE_PUBLIC_URL: publicUrl,
    DECKLE_BUCKET: bucketName(scope, prefix),
    DECKLE_TABLE_PREFIX: prefix,
    DECKLE_QUEUE_PREFIX: prefix,
    DECKLE_METRICS_NAMESPACE: metricsNamespace(prefix),
    ...(tracesEndpoint === undefined ? {} : { DECKLE_TRACES_ENDPOINT: tracesEndpoint }),
  }
}
