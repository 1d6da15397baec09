import type { MetricDefinitions, Metrics } from '../std/metrics.ts'
import type { Tracer } from '../std/tracer.ts'

/** Upper bounds in seconds: from what memory answers to the longest that a publish waits. */
const seconds = [0.005, 0.025, 0.1, 0.25, 1, 2.5, 10, 30]
/** Of work that nobody waits for at a terminal any more. */
const longSeconds = [0.1, 0.5, 1, 5, 15, 60, 300, 1_800]

/** All that is measured. Every label has a bounded set of values: routes, codes and outcomes, and no names. */
export const measures = {
  requests: {
    name: 'deckle_http_requests',
    help: 'Requests that were answered, by route and class of status.',
    labels: ['route', 'status'],
    embeddedBy: ['status'],
  },
  requestSeconds: {
    name: 'deckle_http_request_duration_seconds',
    help: 'Time until a request was answered.',
    labels: ['route'],
    buckets: seconds,
    embeddedBy: [],
  },
  refusals: {
    name: 'deckle_refusals',
    help: 'Requests that were refused, by code.',
    labels: ['code'],
    embeddedBy: ['code'],
  },
  downloads: {
    name: 'deckle_downloads',
    help: 'Downloads that were asked for: allowed, or refused.',
    labels: ['outcome'],
    embeddedBy: ['outcome'],
  },
  verdicts: {
    name: 'deckle_verdicts',
    help: 'Verdicts of validation, with the code of the first reason of those that are not accepted.',
    labels: ['verdict', 'code'],
    embeddedBy: ['verdict', 'code'],
  },
  jobWaitSeconds: {
    name: 'deckle_job_wait_seconds',
    help: 'Time from when a job was sent until it was begun, each time that it was.',
    labels: [],
    buckets: longSeconds,
    embeddedBy: [],
  },
  jobSeconds: {
    name: 'deckle_job_duration_seconds',
    help: 'Time that a job took, by how it ended.',
    labels: ['outcome'],
    buckets: longSeconds,
    embeddedBy: ['outcome'],
  },
  storageRequests: {
    name: 'deckle_storage_requests',
    help: 'Attempts of requests to AWS, by how they ended: ok, refused (4xx), throttled, failed. AWS asks money for most.',
    labels: ['service', 'operation', 'outcome'],
    embeddedBy: ['service', 'outcome'],
  },
  storageSeconds: {
    name: 'deckle_storage_request_duration_seconds',
    help: 'Time until a request to AWS was answered, one attempt at a time.',
    labels: ['service'],
    buckets: seconds,
  },
} as const satisfies MetricDefinitions

/** What the code tells of itself beside its log. Each part is absent where nobody would hear it. */
export interface Telemetry {
  readonly metrics?: Metrics<typeof measures>
  readonly tracer?: Tracer
}
