import type { Username } from '../../src/model/ids.ts'
import type { User } from '../../src/model/records.ts'

/** An account that was made just now, with no password that anybody could know. */
export function account(username: string, changes: Partial<User> = {}): User {
  return {
    username: username as Username,
    passwordHash: 'scrypt$2$1$1$AAAA$AAAA',
    roles: ['publisher'],
    epoch: 0,
    orgs: {},
    teams: [],
    createdAt: new Date().toISOString(),
    ...changes,
  }
}
