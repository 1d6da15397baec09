import type { Principal } from '../model/principal.ts'
import type { Quota } from '../model/quota.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import { type Amount, type Paid, type Payer, payerOf } from '../model/stored.ts'
import type { StoredTotals } from '../storage/stored-totals.ts'
import { type QuotaDeps, quotaOf } from './quotas.ts'

export interface StorageDeps extends QuotaDeps {
  readonly storedTotals: StoredTotals
}

/** What is stored, and the most that may be, if there is a limit. */
export interface Storage extends Amount {
  readonly limitBytes?: number
}

/** What an account stores that has a limit. */
export interface StorageLimit {
  readonly payer: Payer
  readonly stored: Amount
  readonly limitBytes: number
}

/** What somebody stores, and may store. Two reads, at once. */
export async function storageOf(deps: StorageDeps, payer: Payer): Promise<Storage> {
  const [quota, stored] = await Promise.all([quotaOf(deps, payer), deps.storedTotals.of(payer)])
  return storageIn(stored, quota)
}

export function storageIn(stored: Amount, { storedBytes }: Quota): Storage {
  return { ...stored, ...(storedBytes === undefined ? {} : { limitBytes: storedBytes }) }
}

/** The same of whoever pays for a package; undefined where there is no limit. */
export async function storageLimit(deps: StorageDeps, paid: Paid): Promise<StorageLimit | undefined> {
  const payer = payerOf(paid)
  const { limitBytes, ...stored } = await storageOf(deps, payer)
  return limitBytes === undefined ? undefined : { payer, stored, limitBytes }
}

/**
 * Why a file has no room. What is counted is what is published, so whatever is under way at the same time comes on top.
 * How much somebody else stores is not told.
 */
export function storageProblem(limit: StorageLimit | undefined, who: Principal, bytes: number): Refusal | undefined {
  if (limit === undefined || limit.stored.bytes + bytes <= limit.limitBytes) return undefined
  const { payer, stored, limitBytes } = limit
  const isOthers = payer.startsWith('user/') && (who.kind !== 'user' || payer !== `user/${who.username}`)
  const whose = payer.startsWith('org/') ? `the organisation "${payer.slice('org/'.length)}" stores` : 'you store'
  const problem = isOthers
    ? `"${payer.slice('user/'.length)}", who pays for this package as its first owner, has no room for ${bytes} bytes more`
    : `${whose} ${stored.bytes} bytes in ${stored.files} files, of ${limitBytes} bytes, and this needs ${bytes} more`
  return refuse('quota_exceeded', { problem, remedy: 'Unpublish what nobody needs, or ask an administrator for more' })
}
