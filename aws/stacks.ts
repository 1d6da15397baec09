import type { App } from 'aws-cdk-lib'
import type { Storage } from './access/statements.ts'
import { EdgeAccessStack } from './edge-access/stack.ts'
import { FrontDeskStack } from './front-desk/stack.ts'
import { checkWithNag } from './nag.ts'
import { ObservabilityStack } from './observability/stack.ts'
import { homeOf, parseSettings, regionsOf, type Settings } from './settings.ts'
import { ReplicaStack } from './storage/replica-stack.ts'
import { StorageStack } from './storage/stack.ts'
import { ValidatorStack } from './validator/stack.ts'

/** The table of contents of the infrastructure. Settings come from the app's context. */
export function createStacks(app: App): void {
  const settings = parseSettings(app.node.getAllContext())
  const storages = createStorage(app, settings)
  const env = { region: settings.region }
  new EdgeAccessStack(app, 'DeckleEdgeAccess', { settings, env, storages })
  for (const storage of storages) createRegion(app, settings, storage, storages)
  checkWithNag(app, settings)
}

/** The storage of each region, that of the originals first. */
function createStorage(app: App, settings: Settings): readonly [Storage, ...Storage[]] {
  const regions = regionsOf(settings)
  const replicas = settings.replicas.map(({ region }) => {
    const others = regions.filter((other) => other !== region)
    return new ReplicaStack(app, `DeckleStorage-${region}`, { settings, env: { region }, others })
  })
  const originals = new StorageStack(app, 'DeckleStorage', { settings, env: { region: settings.region } })
  // A bucket must be there before others carry to it: what is added to the end of the list is made first
  for (const [at, replica] of replicas.entries()) (replicas[at - 1] ?? originals).addStackDependency(replica)
  return [originals.storage, ...replicas.map(({ storage }) => storage)]
}

/**
 * What works in a region: validators, which are none but at home, so that jobs and unfinished changes are in one hand, a
 * front door, and at home what watches over all of it.
 */
function createRegion(app: App, all: Settings, storage: Storage, storages: readonly Storage[]): void {
  const { region } = storage
  const env = { region }
  const suffix = region === all.region ? '' : `-${region}`
  const isHome = region === homeOf(all)
  const settings = {
    ...all,
    ...(isHome && !all.writesPaused ? {} : { leastValidators: 0, mostValidators: 0 }),
    ...(suffix === '' ? {} : { frontDoorCertificate: certificateOf(all, region) }),
  }
  const validators = new ValidatorStack(app, `DeckleValidator${suffix}`, { settings, env, storage })
  const { metrics: door } = new FrontDeskStack(app, `DeckleFrontDesk${suffix}`, { settings, env, storages, validators })
  if (isHome) new ObservabilityStack(app, `DeckleObservability${suffix}`, { settings, env, validators, door })
}

/** A certificate is of one region. */
function certificateOf({ replicas }: Settings, region: string): string | undefined {
  const replica = replicas.find((one) => one.region === region)
  return replica !== undefined && 'certificate' in replica ? replica.certificate : undefined
}
