import type { JsonObject } from '../std/json.ts'
import type { Username } from './ids.ts'
import type { IsoTime } from './records.ts'

/**
 * One change of people, tokens, permissions, settings or packages. Written before the change is made: a change that
 * cannot be recorded does not happen. When it then was not made after all, a second entry with the same id and `failed`
 * says so.
 */
export interface AuditEntry {
  readonly id: string
  readonly at: IsoTime
  /** `<kind>.<verb>`, for example `package.visibility`. */
  readonly action: string
  readonly actor: Username | 'anonymous' | 'system'
  /** `token/<id>` or `session/<id>`, never a secret. */
  readonly credential?: string
  readonly address?: string
  /** `user/<name>`, `org/<name>`, `team/<org>/<name>`, `package/<format>/<name>`, `token/<id>`. */
  readonly target: string
  /** What it was; never a secret. */
  readonly before?: JsonObject
  readonly after?: JsonObject
  /** The refusal's code, or `error`: the change was not made. */
  readonly failed?: string
}
