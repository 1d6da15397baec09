import type { App } from 'aws-cdk-lib'
import { EdgeAccessStack } from './edge-access/stack.ts'
import { checkWithNag } from './nag.ts'
import { parseSettings } from './settings.ts'
import { StorageStack } from './storage/stack.ts'
import { ValidatorStack } from './validator/stack.ts'

/** The table of contents of the infrastructure. Settings come from the app's context. */
export function createStacks(app: App) {
  const settings = parseSettings(app.node.getAllContext())
  const env = { region: settings.region }
  const storage = new StorageStack(app, 'DeckleStorage', { settings, env })
  const stored = { prefix: settings.prefix, bucketKey: storage.bucketKey }
  const validator = new ValidatorStack(app, 'DeckleValidator', {
    settings,
    env,
    storage: stored,
  })
  const edge = new EdgeAccessStack(app, 'DeckleEdgeAccess', { settings, env, storage: stored })
  checkWithNag(app, settings)
  return { storage, validator, edge }
}
