import type { FormatId } from '../model/ids.ts'
import type { Principal } from '../model/principal.ts'
import { refuse } from '../model/refusals.ts'
import type { HeadPage, Heads } from '../storage/heads.ts'
import type { Paging } from '../storage/orgs.ts'
import { audits } from './access.ts'

/**
 * All packages of a format by name, for those who see all: a page of what others may read would take more reads the
 * more packages there are that they may not, and its end would name one of these.
 * @throws Refusal `login_required`, `listing_not_allowed`
 */
export function listPackages(
  deps: { readonly heads: Heads },
  who: Principal,
  format: FormatId,
  paging: Paging,
): Promise<HeadPage> {
  if (who.kind !== 'user') throw refuse('login_required')
  if (!audits(who)) throw refuse('listing_not_allowed')
  return deps.heads.list(format, paging)
}
