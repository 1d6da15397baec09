import type { OrgName, PackageRef, Username } from './ids.ts'
import { organisationOf } from './organisation.ts'

/** Files, and the bytes of all of them. */
export interface Amount {
  readonly bytes: number
  readonly files: number
}

export const nothing: Amount = { bytes: 0, files: 0 }

/** What a package has under `packages/`, as its head says: in step with what its snapshot lists. */
export interface StoredFiles {
  readonly listed: Amount
  /** By version: what an administrator has taken off the list keeps its bytes. */
  readonly blocked: Readonly<Record<string, Amount>>
}

/** Whose limit counts what a package stores. */
export type Payer = `user/${Username}` | `org/${OrgName}`

/** What decides who pays for a package. */
export interface Paid extends PackageRef {
  readonly owners: readonly Username[]
  readonly org?: OrgName
  readonly paidBy?: 'owner'
}

/** The organisation that pays for a package, if one does. */
export function payingOrg(paid: Paid): OrgName | undefined {
  return paid.paidBy === 'owner' ? undefined : organisationOf(paid)
}

/**
 * Who pays for all that a package stores: its organisation, else the first of its owners, since these can remove it.
 * @throws Error for a package without owners, which there is not
 */
export function payerOf(paid: Paid): Payer {
  const org = payingOrg(paid)
  if (org !== undefined) return `org/${org}`
  const [owner] = paid.owners
  if (owner === undefined) throw new Error(`${paid.format}/${paid.name} has no owner`)
  return `user/${owner}`
}

export function plus(a: Amount, b: Amount): Amount {
  return { bytes: a.bytes + b.bytes, files: a.files + b.files }
}

export function minus(a: Amount, b: Amount): Amount {
  return { bytes: a.bytes - b.bytes, files: a.files - b.files }
}

export function isNothing({ bytes, files }: Amount): boolean {
  return bytes === 0 && files === 0
}

/** What one file adds. */
export function amountOf({ file }: { readonly file: { readonly sizeBytes: number } }): Amount {
  return { bytes: file.sizeBytes, files: 1 }
}

/** All of it. */
export function allOf({ listed, blocked }: StoredFiles): Amount {
  return Object.values(blocked).reduce(plus, listed)
}
