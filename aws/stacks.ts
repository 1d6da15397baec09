import type { App } from 'aws-cdk-lib'
import { EdgeAccessStack } from './edge-access/stack.ts'
import { FrontDeskStack } from './front-desk/stack.ts'
import { checkWithNag } from './nag.ts'
import { ObservabilityStack } from './observability/stack.ts'
import { parseSettings } from './settings.ts'
import { StorageStack } from './storage/stack.ts'
import { ValidatorStack } from './validator/stack.ts'

/** The table of contents of the infrastructure. Settings come from the app's context. */
export function createStacks(app: App): void {
  const settings = parseSettings(app.node.getAllContext())
  const env = { region: settings.region }
  const { bucketKey, secrets, tableKey } = new StorageStack(app, 'DeckleStorage', { settings, env })
  const storage = { prefix: settings.prefix, bucketKey, secrets, secretsKey: tableKey }
  const validators = new ValidatorStack(app, 'DeckleValidator', { settings, env, storage })
  new EdgeAccessStack(app, 'DeckleEdgeAccess', { settings, env, storage })
  const { metrics: door } = new FrontDeskStack(app, 'DeckleFrontDesk', { settings, env, storage, validators })
  new ObservabilityStack(app, 'DeckleObservability', { settings, env, validators, door })
  checkWithNag(app, settings)
}
