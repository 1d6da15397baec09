import { z } from 'zod'

const host = z.url({ protocol: /^https$/ }).transform((text) => text.replace(/\/+$/, ''))
const whole = (least: number, most: number) => z.coerce.number().int().min(least).max(most)

/** What an operator decides, given as CDK context: in `aws/cdk.json`, or with `-c name=value`. */
const options = z.object({
  /** The address that clients use; the edge's own. */
  publicUrl: host,
  /** Where everything lives but the edge, which is everywhere. */
  region: z.string().regex(/^[a-z]{2}(-[a-z]+)+-\d$/, 'must be a region such as eu-central-1'),
  /** Stands before the names of everything that has a name. */
  prefix: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,18}-$/, 'must be up to 20 of a-z, 0-9 and -, ending with -')
    .default('deckle-'),
  /** How the worker signs: with the key of a user, or with sessions of a role that trusts the worker's own tokens. */
  edgeIdentity: z.enum(['key', 'web-identity']).default('web-identity'),
  /** Validators that always run. 0 costs nothing while idle, but a publish then waits a minute for the first. */
  leastValidators: whole(0, 10).default(1),
  mostValidators: whole(1, 100).default(10),
  /** What serves whoever does not come by the edge: `fargate` takes bodies of any size, and costs $60 a month more. */
  frontDoor: z.enum(['lambda', 'fargate']).default('lambda'),
  /** Of the host in `publicUrl`, in the same region, for a front door that is reached by that name. */
  frontDoorCertificate: z.string().startsWith('arn:aws:acm:', 'must be the ARN of a certificate').optional(),
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

/** A load balancer serves nobody without a certificate. */
const settings = options.refine(
  ({ frontDoor, frontDoorCertificate }) => frontDoor === 'lambda' || frontDoorCertificate !== undefined,
  { path: ['frontDoorCertificate'], message: "is missing: frontDoor 'fargate' needs it" },
)

export type Settings = Readonly<z.infer<typeof settings>>

/** @throws Error that names every setting that is missing or wrong */
export function parseSettings(context: Readonly<Record<string, unknown>>): Settings {
  const parsed = settings.safeParse(context)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `  ${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`Wrong settings (aws/cdk.json, or -c name=value):\n${problems.join('\n')}`)
}
