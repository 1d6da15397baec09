import type { Principal } from '../model/principal.ts'
import type { Org, User } from '../model/records.ts'
import { refuse } from '../model/refusals.ts'
import type { Payer } from '../model/stored.ts'
import type { Page, Paging } from '../storage/orgs.ts'
import { audits } from './access.ts'
import type { AccountDeps } from './accounts.ts'
import { type OrgDeps, readOrg } from './orgs.ts'
import { readProfile } from './profile.ts'
import { quotaIn } from './quotas.ts'
import { type Storage, type StorageDeps, storageIn } from './storage-quota.ts'
import { type Person, readUser } from './users.ts'

export interface StoredAccountDeps extends AccountDeps, OrgDeps, StorageDeps {}

/** An account, and what it stores now. */
export type StoringAccount<T> = T & { readonly stored: Storage }

/** One's own account. @throws Refusal as `readProfile` */
export async function readOwnAccount(deps: StoredAccountDeps, who: Principal): Promise<StoringAccount<User>> {
  const user = await readProfile(deps, who)
  return withStorage(deps, `user/${user.username}`, user)
}

/** An account as administrators see it. @throws Refusal as `readUser` */
export async function readUserAccount(
  deps: StoredAccountDeps,
  who: Principal,
  name: string,
): Promise<StoringAccount<Person>> {
  const person = await readUser(deps, who, name)
  return withStorage(deps, `user/${person.username}`, person)
}

/** An organisation, to those who may see it. @throws Refusal as `readOrg` */
export async function readOrgAccount(
  deps: StoredAccountDeps,
  who: Principal,
  name: string,
): Promise<StoringAccount<Org>> {
  const org = await readOrg(deps, who, name)
  return withStorage(deps, `org/${org.org}`, org)
}

async function withStorage<T extends Pick<User, 'quota'>>(
  deps: StoredAccountDeps,
  payer: Payer,
  account: T,
): Promise<StoringAccount<T>> {
  const stored = await deps.storedTotals.of(payer)
  return { ...account, stored: storageIn(stored, quotaIn(deps, payer, account)) }
}

export const holders = ['users', 'organisations'] as const

export interface StoredLine {
  readonly name: string
  readonly stored: Storage
}

/**
 * What people or organisations store, by name, a page at a time, a moment late; to auditors and administrators. Two
 * requests a page. Nobody is left out that there is; what somebody pays for who is gone is in the registry's total alone.
 * @throws Refusal `login_required`, `usage_not_allowed`
 */
export async function listStored(
  deps: StoredAccountDeps,
  who: Principal,
  of: (typeof holders)[number],
  paging: Paging,
): Promise<Page<StoredLine>> {
  if (who.kind !== 'user') throw refuse('login_required')
  if (!audits(who)) throw refuse('usage_not_allowed')
  const { entries: accounts, next } = await (of === 'users' ? usersOf(deps, paging) : orgsOf(deps, paging))
  const amountOf = await deps.storedTotals.ofMany(accounts.map(({ payer }) => payer))
  const entries = accounts.map(({ name, payer, account }) => {
    return { name, stored: storageIn(amountOf(payer), quotaIn(deps, payer, account)) }
  })
  return { entries, ...(next === undefined ? {} : { next }) }
}

interface Account {
  readonly name: string
  readonly payer: Payer
  readonly account: Pick<User, 'quota'>
}

async function usersOf(deps: StoredAccountDeps, paging: Paging): Promise<Page<Account>> {
  const { users, next } = await deps.users.list(paging)
  const entries = users.map((account): Account => {
    return { name: account.username, payer: `user/${account.username}`, account }
  })
  return { entries, ...(next === undefined ? {} : { next }) }
}

async function orgsOf(deps: StoredAccountDeps, paging: Paging): Promise<Page<Account>> {
  const { entries, ...rest } = await deps.orgs.list(paging)
  return { entries: entries.map((account) => ({ name: account.org, payer: `org/${account.org}`, account })), ...rest }
}
