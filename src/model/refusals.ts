/** States of an upload that nothing came of. */
const endedInVain: readonly string[] = ['aborted', 'expired', 'closed']

/**
 * Every refusal of the product: its stable code, the fields it needs and its sentence (what was wrong, and what to
 * do). Codes are public: they stand in answers, reports, docs and tests. The HTTP status of each is in
 * `http/status.ts`, its wording per protocol beside the protocol's routes.
 */
export const refusals = {
  // Who is asking
  login_required: () => 'You must log in to do this. Run `npm login`, or send an API token.',
  token_invalid: () => 'This token is not valid: it is unknown, expired or revoked. Log in again to get a new one.',
  token_limited: (f: { reason: string }) => `This token may not do this: ${f.reason}. Use another token, or log in.`,
  token_used_up: () => 'This token has been used as often as it may be. Log in again, or make another one.',
  sessions_off: () =>
    'This registry opens no sessions: whoever runs it has to set DECKLE_SESSION_KEYS, or DECKLE_SESSION_KEYS_SECRET. Use an API token instead.',
  session_not_found: () => 'You have no such session.',
  second_factor_required: () =>
    'This needs your second factor: send a code of your app, or one of your recovery codes (`--otp=<code>`).',
  second_factor_wrong: () =>
    'This code is not good: it is wrong, too old, or was used before. Wait for the next one, then try again.',
  second_factor_missing: () =>
    'This may only be done by somebody with a second factor, and you have none yet. Set one up with `npm profile enable-2fa`.',
  second_factor_off: () => 'This registry cannot keep second factors: whoever runs it has to set DECKLE_SECRET_KEY.',
  too_many_passkeys: (f: { most: number }) => `You can have ${f.most} passkeys at most. Remove one first.`,
  passkey_not_found: () => 'You have no such passkey.',
  last_passkey: () =>
    'This is all that you have to show. Add another passkey or an app first, or end the second factor altogether.',
  challenge_over: () => 'This question has ended, was answered, or never was. Start again where it came from.',
  account_disabled: () => 'This account is disabled. Ask an administrator of the registry.',
  admin_required: () => 'Only administrators of the registry may do this, and not with a limited token.',
  token_field_unsupported: (f: { field: string }) =>
    `This registry cannot make a token with "${f.field}": it does not enforce that here, and makes no token that is stronger than the one asked for.`,
  token_not_found: () => 'You have no such token. `npm token list` shows those that you have.',
  credentials_wrong: () => 'The user name or the password is wrong.',
  registration_closed: () =>
    'The user name or the password is wrong. People cannot register here by themselves: ask an administrator for an account.',
  web_login_over: () => 'This login has ended, was used, or never was. Start it again with `npm login`.',
  web_login_denied: () => 'This login was denied in the browser.',
  cross_site: () => 'This form was sent from another site, so nothing was done. Open the address itself and try again.',
  too_many_attempts: (f: { waitS: number }) =>
    `Too many attempts to log in. Wait ${f.waitS < 90 ? `${f.waitS} seconds` : `${Math.ceil(f.waitS / 60)} minutes`}, then try again; tokens that you have keep working.`,
  too_many_requests: (f: { waitS: number }) =>
    `Too many requests. Wait ${f.waitS} ${f.waitS === 1 ? 'second' : 'seconds'}, then go on more slowly.`,
  username_invalid: (f: { username: string }) =>
    `"${f.username}" is not a possible user name: use 1 to 64 of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit.`,
  password_too_short: (f: { least: number }) => `The password is too short: use at least ${f.least} characters.`,
  password_weak: (f: { problem: string }) => `Choose another password: ${f.problem}.`,
  email_invalid: () => 'This is not an e-mail address.',
  user_exists: (f: { username: string }) => `The name "${f.username}" is taken. Choose another one.`,
  own_account_kept: () =>
    'You cannot do this to your own account: another administrator must, so that one is left. From a shell, `npm run deckle -- user` can.',
  user_needed: (f: { username: string; things: string }) =>
    `"${f.username}" is the last owner of ${f.things}. Give each another owner, or delete it; then try again.`,
  invitations_off: () =>
    'This registry takes no invitations. Set DECKLE_REGISTRATION to "invited" or "open" to allow them.',
  invitation_over: () => 'This invitation has ended, was used, or never was. Ask an administrator for another one.',
  reset_over: () =>
    'This link has ended, was used, or never was. Ask an administrator of the registry for another one.',

  // What they asked for
  not_found: () =>
    'Not found: there is nothing at this address, or this registry does not have what it stands for. See docs/clients.md for what it has.',
  package_not_found: () => 'Not found: the package does not exist, or you may not read it.',
  version_not_found: (f: { version: string }) => `version not found: ${f.version}`,
  tag_not_found: (f: { tag: string }) => `There is no dist-tag "${f.tag}".`,
  user_not_found: (f: { username: string }) => `There is no user "${f.username}".`,
  not_owner: (f: { package: string }) =>
    `You may not change "${f.package}": only its owners may. Ask one of them, or choose another name.`,

  package_locked: (f: { package: string; reason: string }) =>
    `"${f.package}" is locked, so nothing can be published or changed: ${f.reason}`,
  package_blocked: (f: { package: string; reason: string }) =>
    `"${f.package}" was blocked by an administrator: ${f.reason}`,
  org_not_found: (f: { org: string }) =>
    `Not found: there is no organisation "${f.org}", or you are not a member of it.`,
  org_right_required: (f: { org: string; role: string }) =>
    `You may not do this: only ${f.role === 'owner' ? 'owners' : 'owners and administrators'} of "${f.org}" may.`,
  org_name_invalid: (f: { org: string }) =>
    `"${f.org}" is not a possible name of an organisation: use 1 to 64 of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit.`,
  team_name_invalid: (f: { team: string }) =>
    `"${f.team}" is not a possible name of a team: use 1 to 64 of a-z, 0-9, ".", "_" and "-", and begin with a letter or digit.`,
  org_exists: (f: { org: string }) => `The name "${f.org}" is taken, by an organisation or a user. Choose another one.`,
  org_creation_refused: (f: { org: string; reason: string }) =>
    `You may not make the organisation "${f.org}": ${f.reason}.`,
  org_not_empty: (f: { org: string; package: string }) =>
    `"${f.org}" has packages, such as "${f.package}", so it cannot be deleted. Transfer or unpublish them first.`,
  last_org_owner: (f: { org: string }) =>
    `The last owner of "${f.org}" must stay one. Make somebody else an owner first.`,
  org_member_required: (f: { org: string; username: string }) =>
    `"${f.username}" is not a member of "${f.org}". Make them one first: npm org set ${f.org} ${f.username}`,
  too_many_memberships: (f: { username: string; most: number; of: string }) =>
    `"${f.username}" can be in ${f.most} ${f.of} at most. Take them out of one first.`,
  team_not_found: (f: { org: string; team: string }) => `There is no team "${f.team}" in "${f.org}".`,
  team_exists: (f: { org: string; team: string }) => `There is a team "${f.team}" in "${f.org}" already.`,
  team_kept: (f: { team: string }) => `The team "${f.team}" cannot be deleted: every new member joins it.`,
  reason_invalid: (f: { most: number }) => `Give a reason for others to read: 1 to ${f.most} characters, on one line.`,
  team_foreign: (f: { package: string; org: string }) =>
    `Teams of "${f.org}" can be given packages of that organisation only, and "${f.package}" is none. Name single users, or transfer the package first.`,
  org_required: (f: { package: string }) =>
    `"${f.package}" belongs to no organisation, so there are no teams to name. Transfer it to one first.`,
  owner_not_member: (f: { org: string; username: string }) =>
    `"${f.username}" is not a member of "${f.org}", so they cannot own its packages. Make them a member, or grant them what they need.`,
  scope_fixed: (f: { package: string; org: string }) =>
    `"${f.package}" belongs to "${f.org}" by its name, so it cannot be given to another organisation. Publish it under another name.`,
  creation_refused: (f: { package: string; reason: string }) =>
    `You may not take the name "${f.package}": ${f.reason}.`,

  listing_not_allowed: () => 'Only auditors and administrators may list all packages. Search for some instead (q=…).',
  history_not_allowed: () =>
    'You may read your own history, and that of packages that you may change. Auditors and administrators read all.',
  usage_not_allowed: () =>
    'Only auditors and administrators see numbers of the whole registry. Ask for a package, an organisation or yourself.',
  audit_not_allowed: () =>
    'You may read what you did yourself (actor=<you>), and what was done to packages and organisations that you govern (target=…). Auditors and administrators read all.',

  check_script_not_found: (f: { package: string }) => `"${f.package}" has no check script.`,
  check_script_denied: (f: { package: string; reason: string }) =>
    `The check of "${f.package}" does not allow this download: ${f.reason}`,
  check_script_failed: (f: { package: string; problem: string }) =>
    `The check of "${f.package}" gave no answer, so this download is not allowed: it ${f.problem}. Tell an owner of the package.`,
  check_script_suspended: (f: { package: string; problem: string }) =>
    `The check of "${f.package}" is not asked for a while, so this download is not allowed: it ${f.problem}. Tell an owner of the package.`,
  check_unavailable: () =>
    'The check of this package cannot be asked now, so nothing can be downloaded. Try again in a moment.',
  checks_off: () =>
    'This registry runs no check scripts. Set DECKLE_VALIDATOR_URL to the address of its validators to allow them.',

  // Malformed requests
  check_script_invalid: (f: { problem: string }) => `This is no check script: ${f.problem}.`,
  package_name_invalid: (f: { problem: string }) => `Invalid package name: ${f.problem}.`,
  version_invalid: (f: { version: string; problem: string }) => `Invalid version "${f.version}": ${f.problem}.`,
  tag_invalid: (f: { tag: string; problem: string }) => `Invalid dist-tag "${f.tag}": ${f.problem}.`,
  tag_latest_required: () => 'The dist-tag "latest" cannot be removed. Point it to another version instead.',
  too_many_tags: (f: { most: number }) => `A package can have ${f.most} dist-tags at most. Remove some first.`,
  last_owner: (f: { package: string }) => `The last owner of "${f.package}" cannot be removed. Add another one first.`,
  too_many_owners: (f: { most: number }) => `A package can have ${f.most} owners at most.`,
  too_many_grants: (f: { most: number }) =>
    `A package can be given to ${f.most} users and teams at most. Put users into a team, and give it to that.`,
  too_many_groups: (f: { most: number }) => `A sensitive package can have ${f.most} teams at most.`,
  too_many_stars: (f: { most: number }) => `You can star ${f.most} packages at most. Take one back first.`,
  body_invalid: (f: { problem: string }) => `The request's body is not as expected: ${f.problem}.`,
  query_invalid: (f: { problem: string }) => `The request's query is not as expected: ${f.problem}.`,
  method_not_allowed: (f: { allow: string }) => `This address does not take that method. It takes ${f.allow}.`,
  body_too_large: (f: { mostBytes: number }) =>
    f.mostBytes < 1_000_000
      ? `The request's body is larger than what is taken here (${Math.floor(f.mostBytes / 1_000)} kB).`
      : `The request's body is larger than this registry takes in one publish (${Math.floor(f.mostBytes / 1_000_000)} MB). ` +
        'Leave out files that are not needed to use the package (see `npm pack --dry-run`), or split the package.',
  body_broken_off: () => 'The connection ended before the whole body had come. Send it again.',
  request_too_large_here: (f: { mostMegabytes: number }) =>
    `Through this address a request may carry ${f.mostMegabytes} MB at most. Send it to the main address of the ` +
    'registry, or ask its operator for a front door without that limit (frontDoor: fargate).',
  answer_too_large_here: (f: { mostMegabytes: number }) =>
    `The answer has more than the ${f.mostMegabytes} MB that this address can carry. Ask the main address of the ` +
    'registry, or ask its operator for a front door without that limit (frontDoor: fargate).',
  body_too_slow: () =>
    "The request's body came too slowly, or not at all, so nothing was done. Try again on a better line.",
  unsupported_media_type: (f: { expected: string }) => `Send the body as ${f.expected}.`,
  search_invalid: (f: { problem: string }) => `The search cannot be run: ${f.problem}. Send words as "text".`,
  url_invalid: () => 'The address is not well-formed.',

  filename_invalid: (f: { filename: string; problem: string }) => `Invalid file name "${f.filename}": ${f.problem}.`,
  file_not_found: (f: { version: string; filename: string }) => `file not found: ${f.filename} in ${f.version}`,

  // Uploading in parts
  upload_not_found: () => 'You have no such upload. It may have ended a month ago; begin another one.',
  upload_closed: (f: { state: string }) =>
    `This upload takes no more changes: it is ${f.state}. ` +
    (endedInVain.includes(f.state)
      ? 'Begin another one.'
      : 'Ask for it to see what became of it; another version or file is another upload.'),
  upload_incomplete: (f: { problem: string }) =>
    `The upload is not complete: ${f.problem}. Send what is missing, then complete it again.`,
  upload_too_large: (f: { mostBytes: number }) =>
    `A file can have ${Math.floor(f.mostBytes / 1_000_000).toLocaleString('en')} MB at most. Split it.`,
  report_not_found: () =>
    'There is no report: only a dry run that is decided has one of its own. That of a published file stands with its version.',
  part_invalid: (f: { part: number; problem: string }) => `Part ${f.part} cannot be sent: ${f.problem}.`,
  quota_exceeded: (f: { problem: string; remedy: string }) =>
    `A limit is reached: ${f.problem}. ${f.remedy}, or ask an administrator of the registry.`,
  version_released: (f: { package: string; version: string }) =>
    `${f.package}@${f.version} is released, so it takes no more files. Choose a new version.`,
  too_many_files: (f: { most: number }) => `A version can have ${f.most} files at most. Put some into an archive.`,

  // Publishing
  version_taken: (f: { package: string; version: string; filename?: string }) =>
    f.filename === undefined
      ? `You cannot publish over the previously published versions: ${f.version}. ` +
        `${f.package}@${f.version} exists with other contents; choose a new version.`
      : `${f.package}@${f.version} has a file "${f.filename}" already, which never changes. ` +
        'Choose a new version, or another name for the file.',
  version_unpublished: (f: { package: string; version: string }) =>
    `You cannot publish over the previously published versions: ${f.version}. ` +
    `${f.package}@${f.version} was unpublished; its number can never be used again. Choose a new version.`,
  version_published: (f: { package: string; version: string }) =>
    `${f.package}@${f.version} is published, so its file cannot be removed alone. Run \`npm unpublish\` for the version.`,
  digest_mismatch: (f: { algorithm: string }) =>
    `The ${f.algorithm} digest that was sent does not match the uploaded bytes. Try again.`,
  validation_refused: (f: { package: string; version: string; reasons: string }) =>
    `${f.package}@${f.version} was refused by validation:\n${f.reasons}`,
  advisories_unavailable: () =>
    'This registry has no source of security advisories, so it cannot say which packages are safe. Audit with one that ' +
    'has: npm audit --registry=<its address> (it is then told the names of all that you depend on).',
  operation_unsupported: (f: { operation: string }) => `This registry does not support ${f.operation}.`,

  // Ours
  conflict: () => 'Somebody else changed this at the same time. Read it again and repeat the change.',
  home_region_unavailable: (f: { waitS: number }) =>
    `Nothing can be changed at the moment: the storage of this registry's home region cannot be reached, or the home region is being moved. Reading and installing go on, and nothing that was accepted is lost. Try again in ${f.waitS} seconds or later.`,
  busy: () => 'The registry is busy. Try again in a moment.',
  internal: () => 'Something went wrong on our side. Try again; if it stays, tell an administrator the request id.',
} as const

export type RefusalCode = keyof typeof refusals

/** Ends a request with a reason that is the asker's to act on. Thrown anywhere, rendered once per protocol. */
export class Refusal extends Error {
  readonly code: RefusalCode
  readonly fields: Readonly<Record<string, unknown>>

  constructor(code: RefusalCode, fields: Readonly<Record<string, unknown>>, sentence: string) {
    super(sentence)
    this.name = 'Refusal'
    this.code = code
    this.fields = fields
  }
}

/** Makes a refusal; the compiler asks for just the fields that its sentence needs. */
export function refuse<C extends RefusalCode>(code: C, ...fields: Parameters<(typeof refusals)[C]>): Refusal {
  const sentence = (refusals[code] as (...f: unknown[]) => string)(...fields)
  return new Refusal(code, (fields[0] ?? {}) as Readonly<Record<string, unknown>>, sentence)
}
