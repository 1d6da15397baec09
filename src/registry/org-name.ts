import type { OrgName } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import { shown } from '../std/shown.ts'

/**
 * Accepts the name of an organisation, with or without the `@` of its scope: what is a scope of npm, in lower case.
 * @throws Refusal `org_name_invalid`
 */
export function orgName(text: string): OrgName {
  const name = text.replace(/^@/, '')
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(name)) throw refuse('org_name_invalid', { org: shown(text) })
  return name as OrgName
}

/** The same for teams. @throws Refusal `team_name_invalid` */
export function teamName(text: string): string {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) throw refuse('team_name_invalid', { team: shown(text) })
  return text
}
