import { z } from 'zod'
import { bucket, origin, parseJson, url } from './setting-values.ts'
import { isSameHost } from './std/origin.ts'
import { type AccessSettings, accessOf, type StorageAccess } from './storage-access.ts'

/** Where the state of one region is. Without endpoints: at AWS's own of the region. */
export interface StorageConfig {
  readonly region: string
  /** Only to be read: a copy of the home region's, or each region's while there is no home. */
  readonly isReplica: boolean
  readonly access: StorageAccess
  readonly bucket: string
  readonly tablePrefix: string
  readonly queuePrefix: string
  readonly s3Endpoint?: string
  readonly s3PublicEndpoint?: string
  readonly dynamoDbEndpoint?: string
  readonly sqsEndpoint?: string
  readonly secretsEndpoint?: string
}

const mostRegions = 5
/** As the name of the home region: nothing is written anywhere, while the home is moved. */
const nowhere = 'none'

/** A region with whatever is not as usual there. */
const region = z.strictObject({
  region: z.string().min(1).max(64),
  bucket: bucket.optional(),
  /** The address of the bucket's server in signed links, else `s3Endpoint`. */
  storageUrl: origin.optional(),
  s3Endpoint: url.optional(),
  dynamoDbEndpoint: url.optional(),
  sqsEndpoint: url.optional(),
  secretsEndpoint: url.optional(),
  stsEndpoint: url.optional(),
})

export const regionSettings = {
  /** JSON, `[{"region","bucket"}]`: all regions that hold the state. Absent: one, as the other settings say. */
  DECKLE_REGIONS: z
    .string()
    .max(10_000)
    .transform(parseJson)
    .pipe(z.array(region).min(1).max(mostRegions))
    .refine((list) => new Set(list.map((one) => one.region)).size === list.length, 'a region is named twice')
    .optional(),
  /** The one that is written to; `none`: nowhere, for a while. Default: the first. */
  DECKLE_HOME_REGION: z.string().min(1).optional(),
  /** The address of the storage in signed links, else the endpoint. Another host than the registry's. */
  DECKLE_STORAGE_URL: origin.optional(),
  DECKLE_S3_ENDPOINT: url.optional(),
  DECKLE_DYNAMODB_ENDPOINT: url.optional(),
  DECKLE_SQS_ENDPOINT: url.optional(),
  DECKLE_SECRETS_ENDPOINT: url.optional(),
  DECKLE_STS_ENDPOINT: url.optional(),
  DECKLE_BUCKET: bucket.default('deckle'),
  DECKLE_TABLE_PREFIX: z.string().max(64).default('deckle-'),
  DECKLE_QUEUE_PREFIX: z.string().max(64).default('deckle-'),
}

type Region = z.output<typeof region>
type RegionSettings = z.output<z.ZodObject<typeof regionSettings>> & AccessSettings

/** The home region first. What its entry leaves out is as the settings without regions say. */
export function storagesOf(value: RegionSettings): readonly [home: StorageConfig, ...replicas: StorageConfig[]] {
  const { DECKLE_REGIONS: regions = [], DECKLE_HOME_REGION: name } = value
  const home = regions.find((one) => one.region === name) ?? regions[0]
  const alone = {
    region: value.AWS_REGION,
    bucket: value.DECKLE_BUCKET,
    storageUrl: value.DECKLE_STORAGE_URL,
    s3Endpoint: value.DECKLE_S3_ENDPOINT,
    dynamoDbEndpoint: value.DECKLE_DYNAMODB_ENDPOINT,
    sqsEndpoint: value.DECKLE_SQS_ENDPOINT,
    secretsEndpoint: value.DECKLE_SECRETS_ENDPOINT,
  }
  const replicas = regions.filter((one) => one !== home)
  return [
    storageIn({ ...alone, ...home }, value, name === nowhere),
    ...replicas.map((one) => storageIn(one, value, true)),
  ]
}

function storageIn(
  { region, stsEndpoint, storageUrl, ...one }: Region,
  value: RegionSettings,
  isReplica: boolean,
): StorageConfig {
  const sts = stsEndpoint ?? value.DECKLE_STS_ENDPOINT
  return {
    region,
    isReplica,
    access: accessOf({ ...value, AWS_REGION: region, DECKLE_STS_ENDPOINT: sts }),
    bucket: one.bucket ?? value.DECKLE_BUCKET,
    tablePrefix: value.DECKLE_TABLE_PREFIX,
    queuePrefix: value.DECKLE_QUEUE_PREFIX,
    ...(one.s3Endpoint === undefined ? {} : { s3Endpoint: one.s3Endpoint }),
    ...(storageUrl === undefined ? {} : { s3PublicEndpoint: storageUrl }),
    ...(one.dynamoDbEndpoint === undefined ? {} : { dynamoDbEndpoint: one.dynamoDbEndpoint }),
    ...(one.sqsEndpoint === undefined ? {} : { sqsEndpoint: one.sqsEndpoint }),
    ...(one.secretsEndpoint === undefined ? {} : { secretsEndpoint: one.secretsEndpoint }),
  }
}

/** What does not fit together, by the name of the setting. */
export function regionProblems(
  value: RegionSettings & { readonly DECKLE_PUBLIC_URL: string; readonly secretNames: readonly (string | undefined)[] },
): readonly (readonly [name: string, message: string])[] {
  const { DECKLE_REGIONS: regions, DECKLE_HOME_REGION: home, DECKLE_PUBLIC_URL: registry } = value
  const problems: (readonly [string, string])[] = []
  if (home !== undefined && home !== nowhere && !regions?.some((one) => one.region === home)) {
    problems.push(['DECKLE_HOME_REGION', 'must be one of the regions in DECKLE_REGIONS'])
  }
  if (regions !== undefined && value.secretNames.some((name) => name?.startsWith('arn:'))) {
    problems.push(['DECKLE_REGIONS', 'needs secrets that are set by name: an ARN is of one region only'])
  }
  for (const { s3PublicEndpoint, s3Endpoint, isReplica } of storagesOf(value)) {
    const storage = s3PublicEndpoint ?? s3Endpoint
    if (storage === undefined || !isSameHost(storage, registry)) continue
    problems.push([
      isReplica ? 'DECKLE_REGIONS' : 'DECKLE_STORAGE_URL',
      'must have another host name than DECKLE_PUBLIC_URL: npm and yarn 1 forward their credentials to the same host, and S3 refuses signed links that come with credentials',
    ])
  }
  return problems
}
