import type { Construct } from 'constructs'
import { bucketName } from './names.ts'
import type { Settings } from './settings.ts'

/** Settings of the product (`src/config.ts`) that every component on AWS has: where things are, and no secrets. */
export function environmentOf(scope: Construct, { publicUrl, prefix }: Settings): Record<string, string> {
  return {
    DECKLE_PUBLIC_URL: publicUrl,
    DECKLE_BUCKET: bucketName(scope, prefix),
    DECKLE_TABLE_PREFIX: prefix,
    DECKLE_QUEUE_PREFIX: prefix,
  }
}
