import type { Username } from '../model/ids.ts'
import { refuse } from '../model/refusals.ts'
import { shown } from '../std/shown.ts'

/** Accepts a user name: short, lower case, safe in a URL. @throws Refusal `username_invalid` */
export function username(text: string): Username {
  if (!/^[a-z0-9][a-z0-9._-]{0,63}$/.test(text)) throw refuse('username_invalid', { username: shown(text) })
  return text as Username
}
