import type { Principal } from '../model/principal.ts'
import { type Refusal, refuse } from '../model/refusals.ts'
import { type Amount, type Paid, type Payer, payerOf } from '../model/stored.ts'
import type { StoredTotals } from '../storage/stored-totals.ts'

/** The most bytes that accounts may store; absent: any number. */
export interface StorageQuotas {
  readonly user?: number
  readonly organisation?: number
}

export interface QuotaDeps {
  readonly storedTotals: Pick<StoredTotals, 'of'>
  readonly storageQuotas: StorageQuotas
}

/** What an account stores that has a limit. */
export interface StorageLimit {
  readonly payer: Payer
  readonly stored: Amount
  readonly limitBytes: number
}

export function limitOf({ user, organisation }: StorageQuotas, payer: Payer): number | undefined {
  return payer.startsWith('org/') ? organisation : user
}

/** What whoever pays for a package stores, and may store; undefined where there is no limit, and nothing is read then. */
export async function storageLimit(
  { storedTotals, storageQuotas }: QuotaDeps,
  paid: Paid,
): Promise<StorageLimit | undefined> {
  const payer = payerOf(paid)
  const limitBytes = limitOf(storageQuotas, payer)
  return limitBytes === undefined ? undefined : { payer, stored: await storedTotals.of(payer), limitBytes }
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
  return refuse('quota_exceeded', { problem, remedy: 'Unpublish what nobody needs' })
}
