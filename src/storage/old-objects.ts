import type { S3 } from './s3.ts'
import type { ObjectInfo } from './s3-objects.ts'

/** An old version of an object in a bucket that keeps them. */
export interface OldObject {
  readonly key: string
  readonly versionId: string
}

/** What the bucket keeps of objects that were removed or replaced. For a restore: no component has the rights. */
export class OldObjects {
  readonly #s3: S3

  constructor(s3: S3) {
    this.#s3 = s3
  }

  /** The newest version of the object that is the one; undefined when none is, or the bucket keeps none. */
  async find(key: string, isWanted: (info: ObjectInfo) => boolean): Promise<OldObject | undefined> {
    for (const versionId of await this.#s3.versionsOf(key)) {
      const info = await this.#s3.head(key, versionId)
      if (info !== undefined && isWanted(info)) return { key, versionId }
    }
    return undefined
  }

  /** Copies it to its own key, so that it is the current one again. The history stays as it is. */
  async bringBack({ key, versionId }: OldObject): Promise<void> {
    const copied = await this.#s3.copy(key, key, { fromVersion: versionId })
    if (copied === 'missing') throw new Error(`the old version of ${key} is gone`)
  }
}
