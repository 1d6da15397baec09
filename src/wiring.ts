import type { Config } from './config.ts'
import type { PackageFormat } from './model/format.ts'
import type { FormatId, PackageRef, Version, VersionRef } from './model/ids.ts'
import type { Asking, Principal } from './model/principal.ts'
import type { Visibility } from './model/records.ts'
import { npmFormat } from './npm/format.ts'
import { type AccountDeps, type Credentials, login, logout } from './registry/accounts.ts'
import { type Deprecations, deprecate } from './registry/deprecate.ts'
import { type DownloadDeps, describeFile, download, Links } from './registry/download.ts'
import { EventLog, type Visitor, type WaitUntil } from './registry/events.ts'
import { HeadCache } from './registry/head-cache.ts'
import { LoginGuard } from './registry/login-guard.ts'
import { type AskedToken, createToken, listTokens, revokeToken } from './registry/own-tokens.ts'
import { changeOwners, type OwnerChange, type OwnerDeps, readMaintainer, replaceOwners } from './registry/owners.ts'
import { Passwords } from './registry/passwords.ts'
import { changeProfile, type ProfileChange, readProfile } from './registry/profile.ts'
import { type PublishDeps, publish, type Receive } from './registry/publish.ts'
import { DocumentCache, openDocument, type ReadDeps, readReport, readTags, readVersion } from './registry/read.ts'
import { type SearchDeps, type SearchQuery, search } from './registry/search.ts'
import { type StarDeps, setStar, starredBy } from './registry/stars.ts'
import { dailyDownloads, type Period, type StatisticsDeps } from './registry/statistics.ts'
import { removeTag, setTag, type TagDeps } from './registry/tags.ts'
import { Tokens, type TokenUse } from './registry/tokens.ts'
import { type Remaining, requireUnpublished, type UnpublishDeps, unpublishAllBut } from './registry/unpublish.ts'
import { packagesOf, readAccess, setVisibility } from './registry/visibility.ts'
import {
  beginWebLogin,
  collectWebLogin,
  decideWebLogin,
  readWebLogin,
  type WebLoginDeps,
  type WebLoginForm,
} from './registry/web-login.ts'
import type { Platform } from './std/platform.ts'
import { Attempts } from './storage/attempts.ts'
import { AwsService } from './storage/aws.ts'
import { staticCredentials } from './storage/credentials.ts'
import { Downloads } from './storage/downloads.ts'
import { DynamoDb } from './storage/dynamodb.ts'
import { Files } from './storage/files.ts'
import { Heads } from './storage/heads.ts'
import { Jobs } from './storage/jobs.ts'
import { Manifests } from './storage/manifests.ts'
import { Reports } from './storage/reports.ts'
import { S3 } from './storage/s3.ts'
import { SearchIndex } from './storage/search-index.ts'
import { Snapshots } from './storage/snapshots.ts'
import { Sqs } from './storage/sqs.ts'
import { Staging } from './storage/staging.ts'
import { Stars } from './storage/stars.ts'
import { type TokenPosition, TokenStore } from './storage/tokens.ts'
import { Users } from './storage/users.ts'
import { Versions } from './storage/versions.ts'
import { WebLogins } from './storage/web-logins.ts'

/** Every store, on the clients of the three services. The only place that calls their constructors. */
export function wireStores(config: Config, platform: Platform) {
  const { region, accessKeyId, secretAccessKey, sessionToken, ...storage } = config.storage
  const credentials = staticCredentials({
    accessKeyId,
    secretAccessKey: secretAccessKey.reveal(),
    ...(sessionToken === undefined ? {} : { sessionToken: sessionToken.reveal() }),
  })
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

/** What the use cases around accounts need. */
export function wireAccounts(config: Config, stores: Stores, platform: Platform): AccountDeps {
  return {
    platform,
    users: stores.users,
    tokens: new Tokens(stores.tokens, platform),
    passwords: new Passwords(platform),
    guard: new LoginGuard(stores.attempts, platform),
    registrationOpen: config.registration === 'open',
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
  SearchDeps {
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
    login: (credentials: Credentials, description: string) => login(deps, credentials, description),
    logout: (who: Principal, token: string) => logout(deps, who, token),
    beginWebLogin: (visitor: Visitor, address: string | undefined) => beginWebLogin(deps, visitor, address),
    readWebLogin: (id: string) => readWebLogin(deps, id),
    decideWebLogin: (id: string, form: WebLoginForm, address: string | undefined) =>
      decideWebLogin(deps, id, form, address),
    collectWebLogin: (poll: string) => collectWebLogin(deps, poll),
    readProfile: (who: Principal) => readProfile(deps, who),
    changeProfile: (who: Principal, change: ProfileChange, address: string | undefined) =>
      changeProfile(deps, who, change, address),
    listTokens: (who: Principal, after?: TokenPosition) => listTokens(deps, who, after),
    createToken: (who: Principal, asked: AskedToken, address: string | undefined) =>
      createToken(deps, who, asked, address),
    revokeToken: (who: Principal, keyOrToken: string) => revokeToken(deps, who, keyOrToken),
    publish: (who: Principal, ref: PackageRef, receive: Receive) => publish(deps, who, ref, receive),
    openDocument: (asking: Asking, ref: PackageRef, document: string, fresh: boolean) =>
      openDocument(deps, asking, ref, document, fresh),
    readVersion: (who: Principal, ref: PackageRef, wanted: Version | { readonly tag: string }) =>
      readVersion(deps, who, ref, wanted),
    readTags: (who: Principal, ref: PackageRef) => readTags(deps, who, ref),
    setTag: (who: Principal, ref: PackageRef, tag: string, version: Version) => setTag(deps, who, ref, tag, version),
    removeTag: (who: Principal, ref: PackageRef, tag: string) => removeTag(deps, who, ref, tag),
    deprecate: (who: Principal, ref: PackageRef, wanted: Deprecations) => deprecate(deps, who, ref, wanted),
    changeOwners: (who: Principal, ref: PackageRef, wanted: OwnerChange) => changeOwners(deps, who, ref, wanted),
    replaceOwners: (who: Principal, ref: PackageRef, wanted: Parameters<typeof replaceOwners>[3]) =>
      replaceOwners(deps, who, ref, wanted),
    readMaintainer: (who: Principal, name: string) => readMaintainer(deps, who, name),
    unpublishAllBut: (who: Principal, ref: PackageRef, remaining: Remaining) =>
      unpublishAllBut(deps, who, ref, remaining),
    requireUnpublished: (who: Principal, ref: VersionRef) => requireUnpublished(deps, who, ref),
    readAccess: (who: Principal, ref: PackageRef) => readAccess(deps, who, ref),
    setVisibility: (who: Principal, ref: PackageRef, visibility: Visibility) =>
      setVisibility(deps, who, ref, visibility),
    packagesOf: (who: Principal, format: FormatId, owner: string) => packagesOf(deps, who, format, owner),
    setStar: (who: Principal, ref: PackageRef, isStarred: boolean) => setStar(deps, who, ref, isStarred),
    starredBy: (who: Principal, name: string) => starredBy(deps, who, name),
    readReport: (who: Principal, ref: VersionRef) => readReport(deps, who, ref),
    download: (asking: Asking, ref: VersionRef, visitor: Visitor, fresh: boolean) =>
      download(deps, asking, ref, visitor, fresh),
    describeFile: (asking: Asking, ref: VersionRef) => describeFile(deps, asking, ref),
    dailyDownloads: (asking: Asking, ref: PackageRef, period: Period) => dailyDownloads(deps, asking, ref, period),
    search: (who: Principal, format: FormatId, query: SearchQuery) => search(deps, who, format, query),
    flushEvents: (waitUntil: WaitUntil) => deps.events.flushSoon(waitUntil),
  }
}

export type Registry = ReturnType<typeof wire>
