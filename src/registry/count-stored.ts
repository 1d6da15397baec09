import type { PackageRef } from '../model/ids.ts'
import type { Head } from '../model/records.ts'
import { type Amount, allOf, isNothing, minus, nothing, payerOf, plus } from '../model/stored.ts'
import { digestHex } from '../std/digest.ts'
import { jitterMs } from '../std/jitter.ts'
import type { Platform } from '../std/platform.ts'
import { packageKey } from '../storage/keys.ts'
import {
  type Account,
  registryParts,
  type Share,
  type Shares,
  type StoredTotals,
  type Total,
} from '../storage/stored-totals.ts'

export interface CountDeps {
  readonly storedTotals: StoredTotals
  readonly platform: Platform
}

const maxRounds = 40
/** Changes of others that are looked after by one write. */
const mostLookedAfter = 20

/**
 * Brings the totals of those who pay for a package, and the registry's, in line with what its head says that it stores.
 *
 * A change is written into the package's shares before any total, and numbered; a total notes the number with what it
 * adds, in one conditional write, and takes no number twice. So whoever finds an open change may bring it to its end,
 * from any point. A mark is of use as long as its change is open: whoever adds next removes those that are not.
 * @throws Error when others were always first: the head's mark stays, and the sweeper tries again
 */
export async function countStored(deps: CountDeps, head: Head): Promise<void> {
  if (head.stored === undefined) return
  const share: Share = { payer: payerOf(head), amount: allOf(head.stored) }
  for (let round = 0; round < maxRounds; round += 1) {
    const before = await deps.storedTotals.shares(head)
    if (before?.next !== undefined) await finish(deps, head, before)
    else if (before !== undefined && before.generation >= head.generation) return
    else await deps.storedTotals.replaceShares(head, before, begun(head, before, share)) // COMMIT: this will be counted
  }
  throw new Error(`${packageKey(head)}: others always counted first`)
}

/** Also when nothing changes: whoever is late with an older head must find that it is. */
function begun({ generation }: Head, before: Shares | undefined, share: Share): Shares {
  const isSame = JSON.stringify(before?.counted) === JSON.stringify(share)
  return {
    generation,
    writes: (before?.writes ?? 0) + 1,
    ...(before?.counted === undefined ? {} : { counted: before.counted }),
    ...(isSame ? {} : { next: share }),
  }
}

async function finish(deps: CountDeps, ref: PackageRef, change: Shares): Promise<void> {
  const { generation, writes, next } = change
  await Promise.all([...additionsOf(ref, change)].map((addition) => add(deps, ref, writes, addition))) // repeatable
  const ended = { generation, writes: writes + 1, ...(next === undefined ? {} : { counted: next }) }
  await deps.storedTotals.replaceShares(ref, change, ended) // COMMIT: all totals have it
}

/** What a change adds to each total; less than nothing where something is gone. */
export function additionsOf(ref: PackageRef, { counted, next }: Shares): ReadonlyMap<Account, Amount> {
  const gone = counted && { ...counted, amount: minus(nothing, counted.amount) }
  const additions = new Map<Account, Amount>()
  for (const { payer, amount } of [next, gone].filter((share) => share !== undefined)) {
    for (const account of [payer, partOf(ref)]) {
      additions.set(account, plus(additions.get(account) ?? nothing, amount))
    }
  }
  return new Map([...additions].filter(([, amount]) => !isNothing(amount)))
}

/** The part of the registry that a package is counted in. */
function partOf(ref: PackageRef): Account {
  return `registry/${Number.parseInt(digestHex('sha256', packageKey(ref)).slice(0, 8), 16) % registryParts}`
}

/**
 * Adds a change to a total, once. The total is read before it is asked whether the change is open: if it was ended since,
 * and its mark removed, the total is another one by then.
 */
async function add(
  deps: CountDeps,
  ref: PackageRef,
  change: number,
  [account, amount]: readonly [Account, Amount],
): Promise<void> {
  const key = packageKey(ref)
  for (let round = 0; round < maxRounds; round += 1) {
    const before = await deps.storedTotals.total(account)
    const others = Object.keys(before?.marks ?? {})
      .filter((other) => other !== key)
      .slice(0, mostLookedAfter)
    const open = await deps.storedTotals.openChanges([key, ...others])
    if (open.get(key) !== change || before?.marks[key] === change) return
    const over = others.filter((other) => open.get(other) !== before?.marks[other])
    const after = withAddition(before, { key, change, amount, over })
    if (await deps.storedTotals.replaceTotal(account, before, after)) return // COMMIT: this total has it
    await deps.platform.sleep(jitterMs(deps.platform, round))
  }
  throw new Error(`${account}: others always counted first`)
}

interface Addition {
  readonly key: string
  readonly change: number
  readonly amount: Amount
  /** Packages whose marks are of no more use. */
  readonly over: readonly string[]
}

function withAddition(before: Total | undefined, { key, change, amount, over }: Addition): Total {
  const kept = Object.entries(before?.marks ?? {}).filter(([other]) => !over.includes(other))
  return {
    ...plus(before ?? nothing, amount),
    writes: (before?.writes ?? 0) + 1,
    marks: { ...Object.fromEntries(kept), [key]: change },
  }
}
