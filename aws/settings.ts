import { z } from 'zod'

const host = z.url({ protocol: /^https$/ }).transform((text) => text.replace(/\/+$/, ''))
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** On a command line everything is text. */
const flag = z.stringbool().or(z.boolean())
const region = z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1')
const certificate = z.string().startsWith('arn:aws:acm:', 'must be the ARN of a certificate')
const replica = z.strictObject({ region, certificate: certificate.optional() })

/** A list of regions: in `cdk.json` as such, on a command line as its JSON, or as names with commas. */
const replicas = z.preprocess(
  (given) => {
    if (typeof given !== 'string') return given
    if (given.startsWith('[')) return JSON.parse(given)
    return given.split(',').filter((name) => name !== '')
  },
  z.array(z.union([region.transform((name) => ({ region: name })), replica])).max(4),
)

/** What an operator decides, given as CDK context: in `aws/cdk.json`, or with `-c name=value`. */
const options = z.object({
  /** The address that clients use; the edge's own. */
  publicUrl: host,
  /** Where everything lives but the edge, which is everywhere. */
  region,
  /** Further regions that hold a copy of everything, each with validators and a front door: `["us-east-2"]`. */
  replicas: replicas.default([]),
  /** The region that is written to, when it is one of the further ones. */
  homeRegion: region.optional(),
  /** While the home region moves: nothing is written by anybody here, and no validator runs. */
  writesPaused: flag.default(false),
  /** Once the copies of the tables are there: protect that of the audit log too. */
  replicaPolicies: flag.default(false),
  /** Stands before the names of everything that has a name. */
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,18}-$/, 'must be up to 20 of a-z, 0-9 and -, ending with -')
    .default('deckle-'),
  /** How the worker signs: with the key of a user, or with sessions of a role that trusts the worker's own tokens. */
  edgeIdentity: z.enum(['key', 'web-identity']).default('web-identity'),
  /**
   * Validators that always run. 0 costs nothing while idle, but a publish then waits a minute for the first, and what has
   * a check script for downloads cannot be downloaded until one runs: no download starts any.
   */
  leastValidators: whole(0, 10).default(1),
  mostValidators: whole(1, 100).default(10),
  /** What serves whoever does not come by the edge: `fargate` takes bodies of any size, and costs $60 a month more. */
  frontDoor: z.enum(['lambda', 'fargate']).default('lambda'),
  /** Of the host in `publicUrl`, in the same region, for a front door that is reached by that name. */
  frontDoorCertificate: certificate.optional(),
  /** Who hears of alarms; whoever else wants to subscribes to the topic. */
  alarmEmail: z.email().optional(),
  /** AWS's own record of who touched which object: of changes, or of downloads too, at $1 a million. */
  bucketTrail: z.enum(['off', 'writes', 'all']).default('off'),
  /** Whether S3 counts requests and bytes for the dashboard, for about $4 a month. */
  bucketMetrics: z.union([z.boolean(), z.enum(['true', 'false']).transform((text) => text === 'true')]).default(false),
  /** A collector of traces for what runs on AWS, without a password: it would stand in the task's definition. */
  tracesEndpoint: z.url({ protocol: /^https$/ }).optional(),
  monthlyBudgetUsd: whole(1, 1_000_000).default(50),
})

const settings = options
  // A load balancer serves nobody without a certificate
  .refine(({ frontDoor, frontDoorCertificate }) => frontDoor === 'lambda' || frontDoorCertificate !== undefined, {
    path: ['frontDoorCertificate'],
    message: "is missing: frontDoor 'fargate' needs it",
  })
  .refine(({ frontDoor, replicas: all }) => frontDoor === 'lambda' || all.every((one) => 'certificate' in one), {
    path: ['replicas'],
    message: "need a certificate each, of their region: frontDoor 'fargate' needs it",
  })
  .refine((value) => new Set(regionsOf(value)).size === regionsOf(value).length, {
    path: ['replicas'],
    message: 'must be other regions than `region`, each named once',
  })
  .refine((value) => value.homeRegion === undefined || regionsOf(value).includes(value.homeRegion), {
    path: ['homeRegion'],
    message: 'must be `region` or one of `replicas`',
  })

export type Settings = Readonly<z.infer<typeof settings>>

/** All regions, that of the originals first. */
export function regionsOf(value: Pick<z.infer<typeof options>, 'region' | 'replicas'>): readonly string[] {
  return [value.region, ...value.replicas.map((one) => one.region)]
}

/** The region that is written to. */
export function homeOf(value: Pick<Settings, 'region' | 'homeRegion'>): string {
  return value.homeRegion ?? value.region
}

/** @throws Error that names every setting that is missing or wrong */
export function parseSettings(context: Readonly<Record<string, unknown>>): Settings {
  const parsed = settings.safeParse(context)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`Wrong settings (aws/cdk.json, or -c name=value):\n${problems.join('\n')}`)
}
