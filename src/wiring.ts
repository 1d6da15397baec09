import type { Config } from './config.ts'
import { fileUrl } from './generic/documents.ts'
import { genericFormat } from './generic/format.ts'
import { fileName, genericVersion } from './generic/names.ts'
import type { PackageFormat } from './model/format.ts'
import type { FileRef, FormatId } from './model/ids.ts'
import type { Telemetry } from './model/telemetry.ts'
import { mostUploadBytes } from './model/upload.ts'
import { npmFormat } from './npm/format.ts'
import { npmPackage, npmVersion, tarballName } from './npm/names.ts'
import type { AccountDeps } from './registry/accounts.ts'
import { AuditLog } from './registry/audit-log.ts'
import { Challenges } from './registry/challenges.ts'
import { Links } from './registry/download.ts'
import { EventLog, type WaitUntil } from './registry/events.ts'
import { foldUsage } from './registry/fold-usage.ts'
import { HeadCache } from './registry/head-cache.ts'
import type { InvitationDeps } from './registry/invitations.ts'
import { KnownAccounts } from './registry/known-accounts.ts'
import { LastUses } from './registry/last-uses.ts'
import { Leases, uncountedSessions } from './registry/leases.ts'
import { LoginGuard } from './registry/login-guard.ts'
import type { OrgDeps } from './registry/orgs.ts'
import { relyingParty } from './registry/passkeys.ts'
import type { ResetDeps } from './registry/password-reset.ts'
import { Passwords } from './registry/passwords.ts'
import { DocumentCache } from './registry/read.ts'
import { SecondFactors } from './registry/second-factors.ts'
import { SessionTexts } from './registry/session-texts.ts'
import { Sessions } from './registry/sessions.ts'
import { type CredentialUse, signInWith } from './registry/sign-in.ts'
import { sweep } from './registry/sweep.ts'
import { Tokens } from './registry/tokens.ts'
import { bind } from './std/bind.ts'
import { withoutUndefined } from './std/defined.ts'
import type { Platform } from './std/platform.ts'
import { AccessIndex } from './storage/access-index.ts'
import { isAnswering } from './storage/answering.ts'
import { Attempts } from './storage/attempts.ts'
import { Audit } from './storage/audit.ts'
import { AwsService, type SignedService } from './storage/aws.ts'
import { ChallengeStore } from './storage/challenges.ts'
import { CheckScripts } from './storage/check-scripts.ts'
import { DirectUploads } from './storage/direct-uploads.ts'
import { Downloads } from './storage/downloads.ts'
import { DynamoDb } from './storage/dynamodb.ts'
import { Files } from './storage/files.ts'
import { Gate } from './storage/gate.ts'
import { Heads } from './storage/heads.ts'
import { History } from './storage/history.ts'
import { Invitations } from './storage/invitations.ts'
import { Jobs } from './storage/jobs.ts'
import { Journal } from './storage/journal.ts'
import { Manifests } from './storage/manifests.ts'
import { Names } from './storage/names.ts'
import { Orgs } from './storage/orgs.ts'
import { PasswordResets } from './storage/password-resets.ts'
import { Reports } from './storage/reports.ts'
import { S3 } from './storage/s3.ts'
import { SearchIndex } from './storage/search-index.ts'
import { SecondFactorStore } from './storage/second-factors.ts'
import { SecretsManager } from './storage/secrets-manager.ts'
import { SessionStore } from './storage/sessions.ts'
import { Snapshots } from './storage/snapshots.ts'
import { Sqs } from './storage/sqs.ts'
import { Staging } from './storage/staging.ts'
import { Stars } from './storage/stars.ts'
import { StoredTotals } from './storage/stored-totals.ts'
import { uploadSessionDays } from './storage/tables.ts'
import { TokenStore } from './storage/tokens.ts'
import { Uploads } from './storage/uploads.ts'
import { UsageCounters } from './storage/usage-counters.ts'
import { UsageLists } from './storage/usage-lists.ts'
import { Users } from './storage/users.ts'
import { Uses } from './storage/uses.ts'
import { Versions } from './storage/versions.ts'
import { WebLogins } from './storage/web-logins.ts'
import { accounts, identity, organisations, packages, people, records, uploads } from './use-cases.ts'
import { wireCredentials, wireEdgeIdentity } from './wire-credentials.ts'
import { wireSealer, wireSessionKeys } from './wire-secrets.ts'

/** Every store, on the clients of the three services. The only place that calls their constructors. */
export function wireStores(config: Config, platform: Platform, telemetry: Telemetry = {}) {
  const { region, isReplica: readOnly, ...storage } = config.storage
  const credentials = wireCredentials(config, platform)
  const service = (name: SignedService, endpoint: string | undefined, attempts?: number) =>
    new AwsService({
      ...{ service: name, region, credentials, platform, telemetry, readOnly },
      ...withoutUndefined({ endpoint, attempts }),
    })
  const s3 = new S3({
    service: service('s3', storage.s3Endpoint),
    bucket: storage.bucket,
    ...(storage.s3PublicEndpoint === undefined ? {} : { publicEndpoint: storage.s3PublicEndpoint }),
  })
  const db = new DynamoDb({ service: service('dynamodb', storage.dynamoDbEndpoint), tablePrefix: storage.tablePrefix })
  const sqs = new Sqs({ service: service('sqs', storage.sqsEndpoint), queuePrefix: storage.queuePrefix })
  return {
    secrets: new SecretsManager(service('secretsmanager', storage.secretsEndpoint)),
    s3,
    db,
    sqs,
    heads: new Heads(db),
    versions: new Versions(db, platform),
    users: new Users(db),
    orgs: new Orgs(db),
    names: new Names(db),
    auditEntries: new Audit(db),
    tokens: new TokenStore(db),
    sessions: new SessionStore(db),
    uses: new Uses(db),
    secondFactors: new SecondFactorStore(db),
    challenges: new ChallengeStore(db),
    webLogins: new WebLogins(db),
    invitations: new Invitations(db),
    resets: new PasswordResets(db),
    attempts: new Attempts(db),
    history: new History(db),
    downloads: new Downloads({ db, platform, eventDays: config.eventDays }),
    journal: new Journal(db, platform),
    usageCounters: new UsageCounters({ db, platform, eventDays: config.eventDays }),
    usageLists: new UsageLists(db),
    snapshots: new Snapshots(s3),
    stars: new Stars(db),
    staging: new Staging(s3),
    uploads: new Uploads(db),
    directUploads: new DirectUploads(s3),
    files: new Files(s3),
    manifests: new Manifests(s3),
    reports: new Reports(s3),
    checkScripts: new CheckScripts(s3),
    gate: new Gate(config.validatorUrl === undefined ? undefined : service('execute-api', config.validatorUrl, 1)),
    jobs: new Jobs(sqs, telemetry),
    searchIndex: new SearchIndex(db),
    storedTotals: new StoredTotals(db),
    accessIndex: new AccessIndex(db),
  }
}

export type Stores = ReturnType<typeof wireStores>

/** The formats that this registry keeps. Adding one is one folder and one line here. */
export const formats: Readonly<Record<FormatId, PackageFormat>> = { npm: npmFormat, generic: genericFormat }

/** Who is asking, and the record of what they change. */
export function wireIdentity(config: Config, stores: Stores, platform: Platform) {
  const accounts = new KnownAccounts(platform)
  const leases = new Leases(stores.uses)
  const shared = {
    accounts,
    platform,
    leases: config.storage.isReplica ? uncountedSessions(leases) : leases,
    signIn: signInWith(config.secondFactor === 'writes'),
  }
  const lastUses = new LastUses(stores.tokens, platform)
  return {
    accounts,
    lastUses,
    tokens: new Tokens({ ...shared, store: stores.tokens, lastUses }),
    sessions: new Sessions({
      ...shared,
      store: stores.sessions,
      texts: new SessionTexts(wireSessionKeys(config, stores.secrets, platform), config.publicUrl, platform),
      hours: config.sessions.hours,
      uses: config.sessions.uses,
    }),
    audit: new AuditLog(stores.auditEntries, platform),
  }
}

/** What the use cases around accounts need. */
export function wireAccounts(
  config: Config,
  stores: Stores,
  platform: Platform,
): AccountDeps & { readonly lastUses: LastUses } {
  const guard = new LoginGuard(stores.attempts, platform)
  const party = relyingParty(config.publicUrl)
  return {
    platform,
    users: stores.users,
    factors: new SecondFactors({
      store: stores.secondFactors,
      sealer: wireSealer(config, stores.secrets, platform),
      guard,
      platform,
      relyingParty: party,
      issuer: new URL(config.publicUrl).host,
    }),
    relyingParty: party,
    challenges: new Challenges(stores.challenges, platform),
    ...wireIdentity(config, stores, platform),
    passwords: new Passwords(platform),
    guard,
    registrationOpen: config.registration === 'open',
    newUserRoles: [config.newUsers],
    loginTokenDays: config.loginTokenDays,
  }
}

/** What the administration of people and organisations needs. */
export function wirePeople(
  config: Config,
  stores: Stores,
  platform: Platform,
): AccountDeps & OrgDeps & InvitationDeps & ResetDeps & { readonly lastUses: LastUses } {
  return {
    ...wireAccounts(config, stores, platform),
    orgs: stores.orgs,
    heads: stores.heads,
    accessIndex: stores.accessIndex,
    invitations: stores.invitations,
    resets: stores.resets,
    newOrgs: config.newOrgs,
    takesInvitations: config.registration !== 'closed',
  }
}

/** Of a copy nothing can be recorded: events wait in the log of its home, and what must be on record first is refused. */
function eventsOf(own: EventLog, home: EventLog | undefined): Pick<EventLog, 'record' | 'recordNow'> {
  return home === undefined
    ? own
    : {
        record: (...event) => home.record(...event),
        recordNow: (...event) => own.recordNow(...event),
      }
}

/** Everything that the use cases on the request path need; `bind` holds each to what it asks for. */
function wireDeps(config: Config, platform: Platform, telemetry: Telemetry, home?: EventLog) {
  const stores = wireStores(config, platform, telemetry)
  const ownEvents = new EventLog({
    store: stores.downloads,
    journal: stores.journal,
    versions: stores.versions,
    platform,
    telemetry,
  })
  const headCache = new HeadCache(stores.heads, platform)
  return {
    ...stores,
    ...wirePeople(config, stores, platform),
    headCache,
    formats,
    publicUrl: config.publicUrl,
    rules: { requireLogin: config.requireLogin },
    newPackages: config.newPackages,
    nameRules: { freeNames: config.freeNames, reserved: config.reservedNames },
    waitMs: config.publishWaitMs,
    quotas: config.quotas,
    uploadDays: uploadSessionDays,
    // An npm client sends its file in base64
    mostFileBytes: { generic: mostUploadBytes, npm: Math.floor((config.maxPublishBytes * 3) / 4) },
    documents: new DocumentCache(),
    links: new Links(stores.files, platform),
    ownEvents,
    events: eventsOf(ownEvents, home),
  }
}

/**
 * The registry as protocols see it: its use cases, bound to stores and caches. Made once per isolate or process; holds
 * what this isolate knows, and nothing that belongs to one request.
 * @param home for a copy in another region: what keeps its download events
 */
export function wire(config: Config, platform: Platform, telemetry: Telemetry = {}, home?: EventLog) {
  const deps = wireDeps(config, platform, telemetry, home)
  return {
    config,
    platform,
    telemetry,
    formats,
    /** A file that somebody names to be uploaded. @throws Refusal saying which of its names cannot be */
    genericFile: (name: string, version: string, filename: string): FileRef => ({
      format: 'generic',
      name: genericFormat.packageName(name),
      version: genericVersion(version),
      filename: fileName(filename),
    }),
    /** The same of an npm package, whose versions have one file each. */
    npmFile: (name: string, version: string): FileRef => {
      const ref = { ...npmPackage(name), version: npmVersion(version) }
      return { ...ref, filename: tarballName(ref) }
    },
    /** Where an uploaded file is served once it is published. */
    fileUrl: ({ name, version, filename }: FileRef) => fileUrl(config.publicUrl, name, version, filename),
    /** Who this registry is to AWS; undefined where it signs with a key of AWS's. */
    identity: wireEdgeIdentity(config, platform),
    /** Tokens have no dots, and sessions do. */
    resolveCredential: (text: string, use: CredentialUse) =>
      text.includes('.') ? deps.sessions.resolve(text, use) : deps.tokens.resolve(text, use),
    resolveSession: (text: string, use: CredentialUse) => deps.sessions.resolve(text, use),
    events: deps.ownEvents,
    isStorageAnswering: () => isAnswering(deps.db, deps.s3, platform),
    /** Sends jobs again that have stood still, and counts downloads: validators do so too, while there are any. */
    sweep: async () => {
      await sweep(deps)
      await foldUsage(deps)
    },
    /** Writes what was noted on the way, after the answer. */
    flushNotes: (waitUntil: WaitUntil) => {
      telemetry.tracer?.flushSoon(waitUntil)
      if (config.storage.isReplica) return
      deps.ownEvents.flushSoon(waitUntil)
      deps.lastUses.flushSoon(waitUntil)
    },
    ...bind(deps, { ...accounts, ...identity, ...people, ...organisations, ...packages, ...uploads, ...records }),
  }
}

export type Registry = ReturnType<typeof wire>
