import type { Config } from './config.ts'
import type { PackageFormat } from './model/format.ts'
import type { FormatId } from './model/ids.ts'
import { npmFormat } from './npm/format.ts'
import { type AccountDeps, login, logout } from './registry/accounts.ts'
import { AuditLog } from './registry/audit-log.ts'
import { type AuditTrailDeps, exportAuditTrail, readAuditTrail } from './registry/audit-trail.ts'
import { deprecate } from './registry/deprecate.ts'
import { type DownloadDeps, describeFile, download, Links } from './registry/download.ts'
import { EventLog, type WaitUntil } from './registry/events.ts'
import { HeadCache } from './registry/head-cache.ts'
import { KnownAccounts } from './registry/known-accounts.ts'
import { LoginGuard } from './registry/login-guard.ts'
import { createToken, listTokens, revokeToken } from './registry/own-tokens.ts'
import { changeOwners, type OwnerDeps, readMaintainer, replaceOwners } from './registry/owners.ts'
import { Passwords } from './registry/passwords.ts'
import { changeProfile, readProfile } from './registry/profile.ts'
import { type PublishDeps, publish } from './registry/publish.ts'
import { DocumentCache, openDocument, type ReadDeps, readReport, readTags, readVersion } from './registry/read.ts'
import { type SearchDeps, search } from './registry/search.ts'
import { type StarDeps, setStar, starredBy } from './registry/stars.ts'
import { dailyDownloads, type StatisticsDeps } from './registry/statistics.ts'
import { removeTag, setTag, type TagDeps } from './registry/tags.ts'
import { Tokens, type TokenUse } from './registry/tokens.ts'
import { requireUnpublished, type UnpublishDeps, unpublishAllBut } from './registry/unpublish.ts'
import { packagesOf, readAccess, setVisibility } from './registry/visibility.ts'
import {
  beginWebLogin,
  collectWebLogin,
  decideWebLogin,
  readWebLogin,
  type WebLoginDeps,
} from './registry/web-login.ts'
import { bind } from './std/bind.ts'
import type { Platform } from './std/platform.ts'
import { Attempts } from './storage/attempts.ts'
import { Audit } from './storage/audit.ts'
import { AwsService } from './storage/aws.ts'
import { Downloads } from './storage/downloads.ts'
import { DynamoDb } from './storage/dynamodb.ts'
import { Files } from './storage/files.ts'
import { Heads } from './storage/heads.ts'
import { Jobs } from './storage/jobs.ts'
import { Manifests } from './storage/manifests.ts'
import { Names } from './storage/names.ts'
import { Orgs } from './storage/orgs.ts'
import { Reports } from './storage/reports.ts'
import { S3 } from './storage/s3.ts'
import { SearchIndex } from './storage/search-index.ts'
import { Snapshots } from './storage/snapshots.ts'
import { Sqs } from './storage/sqs.ts'
import { Staging } from './storage/staging.ts'
import { Stars } from './storage/stars.ts'
import { TokenStore } from './storage/tokens.ts'
import { Users } from './storage/users.ts'
import { Versions } from './storage/versions.ts'
import { WebLogins } from './storage/web-logins.ts'
import { wireCredentials } from './wire-credentials.ts'

/** Every store, on the clients of the three services. The only place that calls their constructors. */
export function wireStores(config: Config, platform: Platform) {
  const { region, ...storage } = config.storage
  const credentials = wireCredentials(config, platform)
  const service = (name: 's3' | 'dynamodb' | 'sqs', endpoint: string | undefined) =>
    new AwsService({ service: name, region, credentials, platform, ...(endpoint === undefined ? {} : { endpoint }) })
  const s3 = new S3({
    service: service('s3', storage.s3Endpoint),
    bucket: storage.bucket,
    ...(storage.s3PublicEndpoint === undefined ? {} : { publicEndpoint: storage.s3PublicEndpoint }),
  })
  const db = new DynamoDb({ service: service('dynamodb', storage.dynamoDbEndpoint), tablePrefix: storage.tablePrefix })
  const sqs = new Sqs({ service: service('sqs', storage.sqsEndpoint), queuePrefix: storage.queuePrefix })
  return {
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
    webLogins: new WebLogins(db),
    attempts: new Attempts(db),
    downloads: new Downloads({ db, platform, eventDays: config.eventDays }),
    snapshots: new Snapshots(s3),
    stars: new Stars(db),
    staging: new Staging(s3),
    files: new Files(s3),
    manifests: new Manifests(s3),
    reports: new Reports(s3),
    jobs: new Jobs(sqs),
    searchIndex: new SearchIndex(db),
  }
}

export type Stores = ReturnType<typeof wireStores>

/** The formats that this registry keeps. Adding one is one folder and one line here. */
export const formats: Readonly<Record<FormatId, PackageFormat>> = { npm: npmFormat }

/** Who is asking, and the record of what they change. */
export function wireIdentity(stores: Pick<Stores, 'tokens' | 'auditEntries'>, platform: Platform) {
  const accounts = new KnownAccounts(platform)
  return {
    accounts,
    tokens: new Tokens(stores.tokens, accounts, platform),
    audit: new AuditLog(stores.auditEntries, platform),
  }
}

/** What the use cases around accounts need. */
export function wireAccounts(config: Config, stores: Stores, platform: Platform): AccountDeps {
  return {
    platform,
    users: stores.users,
    ...wireIdentity(stores, platform),
    passwords: new Passwords(platform),
    guard: new LoginGuard(stores.attempts, platform),
    registrationOpen: config.registration === 'open',
    newUserRoles: [config.newUsers],
    loginTokenDays: config.loginTokenDays,
  }
}

/** Everything that the use cases on the request path need. */
function wireDeps(
  config: Config,
  platform: Platform,
): WebLoginDeps &
  PublishDeps &
  ReadDeps &
  DownloadDeps &
  TagDeps &
  StatisticsDeps &
  OwnerDeps &
  UnpublishDeps &
  StarDeps &
  SearchDeps &
  AuditTrailDeps {
  const stores = wireStores(config, platform)
  const headCache = new HeadCache(stores.heads, platform)
  return {
    ...stores,
    ...wireAccounts(config, stores, platform),
    headCache,
    formats,
    publicUrl: config.publicUrl,
    rules: { requireLogin: config.requireLogin },
    newPackages: config.newPackages,
    nameRules: { freeNames: config.freeNames, reserved: config.reservedNames },
    waitMs: config.publishWaitMs,
    documents: new DocumentCache(),
    links: new Links(stores.files, platform),
    events: new EventLog(stores.downloads, stores.versions, platform),
  }
}

/**
 * The registry as protocols see it: its use cases, bound to stores and caches. Made once per isolate or process; holds
 * what this isolate knows, and nothing that belongs to one request.
 */
export function wire(config: Config, platform: Platform) {
  const deps = wireDeps(config, platform)
  return {
    config,
    platform,
    formats,
    resolveToken: (token: string, use: TokenUse) => deps.tokens.resolve(token, use),
    flushEvents: (waitUntil: WaitUntil) => deps.events.flushSoon(waitUntil),
    ...bind(deps, {
      // Accounts
      login,
      logout,
      beginWebLogin,
      readWebLogin,
      decideWebLogin,
      collectWebLogin,
      readProfile,
      changeProfile,
      listTokens,
      createToken,
      revokeToken,
      // Packages
      publish,
      openDocument,
      readVersion,
      readTags,
      setTag,
      removeTag,
      deprecate,
      changeOwners,
      replaceOwners,
      readMaintainer,
      unpublishAllBut,
      requireUnpublished,
      readAccess,
      setVisibility,
      packagesOf,
      setStar,
      starredBy,
      readReport,
      readAuditTrail,
      exportAuditTrail,
      download,
      describeFile,
      dailyDownloads,
      search,
    }),
  }
}

export type Registry = ReturnType<typeof wire>
