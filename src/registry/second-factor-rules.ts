import type { SignedIn } from '../model/principal.ts'
import type { Head } from '../model/records.ts'
import { type Refusal, refuse } from '../model/refusals.ts'

/**
 * What asks for a second factor beside the account's and the registry's own choice. `account`: something that only the
 * owner of the account may do, so whoever has a second factor shows it. `enrolment`: the same, but that somebody who has
 * none yet can set one up where all must have one.
 */
type Demand = 'none' | 'account' | 'enrolment' | NonNullable<Head['secondFactor']>

/**
 * Why a change that is permitted cannot be made yet: a second factor is demanded, and did not come with the request.
 * Automation tokens are let off, but by a package that says so. Part of the one decision: only `access.ts` calls it.
 */
export function secondFactorProblem(who: SignedIn, demand: Demand = 'none'): Refusal | undefined {
  const { isEnrolled = false, isDemanded = false, isShown = false } = who.secondFactor ?? {}
  if (isShown || !demands(demand, isDemanded, isEnrolled, isAutomation(who))) return undefined
  return refuse(isEnrolled ? 'second_factor_required' : 'second_factor_missing')
}

function demands(demand: Demand, isDemanded: boolean, isEnrolled: boolean, isLetOff: boolean): boolean {
  if (demand === 'publish') return true
  if (demand === 'enrolment') return isEnrolled
  if (demand === 'account') return isEnrolled || isDemanded
  return !isLetOff && (isDemanded || demand === 'automation')
}

function isAutomation({ credential }: SignedIn): boolean {
  return credential.kind === 'token' && credential.isAutomation
}
