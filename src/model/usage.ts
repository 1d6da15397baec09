import type { FormatId, OrgName, PackageRef, Username, VersionRef } from './ids.ts'
import type { DownloadEvent } from './records.ts'

/** How much something was used. Sums of tallies are tallies: what is counted in parts is counted in all. */
export interface Tally {
  readonly downloads: number
  /** Sizes of the files that links were given out for; whether they were followed to the end, only storage knows. */
  readonly bytes: number
  /** Those of the downloads that nobody showed credentials for. */
  readonly anonymous: number
  readonly refusals: number
  /** Downloads by client. */
  readonly clients: Readonly<Record<string, number>>
  /** Refusals by their code. */
  readonly reasons: Readonly<Record<string, number>>
}

export const noUse: Tally = { downloads: 0, bytes: 0, anonymous: 0, refusals: 0, clients: {}, reasons: {} }

/** What is counted for: a package, one of its versions, a user, an organisation, or all there is. */
export type Subject = `${FormatId}/${string}` | `user/${Username}` | `org/${OrgName}` | 'registry'
/** A day or a month in UTC: `day/2026-11-25`, `month/2026-11`. */
export type Period = `day/${string}` | `month/${string}`

/** Names one number of all that are kept. */
export interface CounterRef {
  readonly subject: Subject
  readonly period: Period
}

/** Tells counters apart: no subject has a space. */
export const counterKey = ({ subject, period }: CounterRef) => `${subject} ${period}`

export const packageSubject = ({ format, name }: PackageRef) => `${format}/${name}` as const
/** No name has a `#`. */
export const versionSubject = (ref: VersionRef) => `${packageSubject(ref)}#${ref.version}` as const

/** Clients that are counted by name: a list, so that nobody makes counters grow by calling themselves something else. */
const knownClients = [
  ...['npm', 'pnpm', 'yarn', 'bun', 'deno', 'node'],
  ...['pip', 'uv', 'poetry', 'twine', 'pdm', 'python-requests'],
  ...['deckle', 'curl', 'wget', 'verdaccio', 'artifactory', 'nexus', 'renovate', 'dependabot'],
] as const

/** The name by which a client is counted. @param text as the event has it, for example `npm/11.21.2` */
export function clientName(text: string | undefined): string {
  const product = (text ?? '').split('/', 1)[0]?.toLowerCase() ?? ''
  if (product === 'mozilla') return 'browser'
  return knownClients.find((known) => known === product) ?? 'other'
}

export function tallyOf(event: DownloadEvent): Tally {
  if (event.outcome === 'refused') return { ...noUse, refusals: 1, reasons: { [event.reason ?? 'unknown']: 1 } }
  return {
    ...noUse,
    downloads: 1,
    bytes: event.sizeBytes ?? 0,
    anonymous: event.username === undefined ? 1 : 0,
    clients: { [clientName(event.client)]: 1 },
  }
}

export function sumOf(a: Tally, b: Tally): Tally {
  return {
    downloads: a.downloads + b.downloads,
    bytes: a.bytes + b.bytes,
    anonymous: a.anonymous + b.anonymous,
    refusals: a.refusals + b.refusals,
    clients: sumsOf(a.clients, b.clients),
    reasons: sumsOf(a.reasons, b.reasons),
  }
}

function sumsOf(a: Tally['clients'], b: Tally['clients']): Tally['clients'] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  return Object.fromEntries([...names].map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))
}

/** All that an event counts for. */
export function countersOf(event: DownloadEvent): readonly CounterRef[] {
  const { version, username, org, at } = event
  const day: Period = `day/${at.slice(0, 10)}`
  const month: Period = `month/${at.slice(0, 7)}`
  const subjects: readonly Subject[] = [
    packageSubject(event),
    'registry',
    ...(version === undefined ? [] : [versionSubject({ ...event, version })]),
    ...(username === undefined ? [] : [`user/${username}` as const]),
    ...(org === undefined ? [] : [`org/${org}` as const]),
  ]
  return [...subjects.map((subject) => ({ subject, period: day })), { subject: packageSubject(event), period: month }]
}
