import { isJsonObject } from '../std/json.ts'

/**
 * What `npm star` and `npm unstar` send: the packument's `users` alone, with oneself among them or not.
 * @returns whether the user is to have starred the package; undefined for any other body
 * @see npm/cli lib/commands/star.js
 */
export function readStar(text: string, username: string): boolean | undefined {
  const document = parse(text)
  if (!isJsonObject(document) || !Object.hasOwn(document, 'users')) return undefined
  if (['versions', '_attachments', 'maintainers'].some((field) => Object.hasOwn(document, field))) return undefined
  const users = document['users']
  if (!isJsonObject(users)) return undefined
  return Object.hasOwn(users, username) && users[username] === true
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no star; whoever reads it next says what is wrong with it
  }
}
