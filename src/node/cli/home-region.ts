import { type Config, parseConfig } from '../../config.ts'
import { randomId } from '../../std/base62.ts'
import { webPlatform } from '../../std/platform.ts'
import { isAnswering } from '../../storage/answering.ts'
import type { StorageConfig } from '../../storage-regions.ts'
import { type Stores, wireStores } from '../../wiring.ts'
import { CliError } from './cli-error.ts'
import { readSettings } from './connect.ts'

export interface HomeRegionOptions {
  /** The region that was written to until now. Default: as the settings say. */
  readonly from?: string
  /** Seconds that a mark may take to the new home. */
  readonly wait: number
  /** Go on though the old home does not answer. */
  readonly lost?: boolean
}

const pollMs = 500
const markLifeS = 3_600

/**
 * Looks whether a region can become the home, and says what to do next. Changes no setting: those are of the edge, the
 * front doors and the stacks.
 * @throws CliError with what is in the way
 */
export async function prepareHomeRegion(dataFolder: string, to: string, options: HomeRegionOptions): Promise<void> {
  const config = parseConfig(readSettings(dataFolder))
  for await (const line of lookAtMove(config, to, options)) console.log(line)
}

/** What is found, a line each. @throws CliError with what is in the way */
export async function* lookAtMove(config: Config, to: string, options: HomeRegionOptions): AsyncGenerator<string> {
  const { from = config.storage.region, wait, lost = false } = options
  if (from === to) throw new CliError(`${to} is the home region already.`)
  const target = storesOf(config, to)
  if (!(await answers(target))) throw new CliError(`Storage in ${to} does not answer: it cannot be the home now.`)
  yield `${to}: storage answers.`
  const source = storesOf(config, from)
  if (await answers(source)) {
    yield `${from}: what is written there was in ${to} after ${await lagS(source, target, wait)} s.`
    yield* oldJobs(source, from)
  } else if (lost) {
    yield `${from}: does not answer. What was accepted in its last seconds may not be in ${to}; it comes when ${from} is back.`
  } else {
    throw new CliError(
      `Storage in ${from} does not answer, so nobody can say what has not been copied. Wait for it, or say --lost.`,
    )
  }
  yield `Now set DECKLE_HOME_REGION=${to} for the edge, and homeRegion=${to} for the stacks (docs/operations.md).`
}

/** Of any region, to read and to leave a mark in: only this command writes where no home is. */
function storesOf(config: Config, region: string): Stores {
  const known: readonly StorageConfig[] = [config.storage, ...config.replicas]
  const storage = known.find((one) => one.region === region)
  if (storage === undefined) {
    throw new CliError(`There is no region ${region}. DECKLE_REGIONS has ${known.map((one) => one.region).join(', ')}.`)
  }
  return wireStores({ ...config, storage: { ...storage, isReplica: false } }, webPlatform)
}

const answers = ({ db, s3 }: Stores) => isAnswering(db, s3, webPlatform)

/**
 * Leaves a mark in a table and in the bucket, and waits until both are in the other region. Marks end by themselves.
 * @returns how long that took, in seconds
 */
async function lagS(source: Stores, target: Stores, waitS: number): Promise<string> {
  const id = randomId(webPlatform, 16)
  const item = { login: `mark/${id}` }
  const key = `staging/mark-${id}`
  const markedAt = webPlatform.now()
  await source.db.put('logins', { ...item, ttl: Math.floor(markedAt / 1_000) + markLifeS })
  await source.s3.put(key, new Uint8Array(), { contentType: 'application/octet-stream' })
  const isThere = async () =>
    (await target.db.get('logins', item)) !== undefined && (await target.s3.head(key)) !== undefined
  while (!(await isThere())) {
    if (webPlatform.now() - markedAt > waitS * 1_000) {
      throw new CliError(`After ${waitS} s a mark was not copied yet: replication is behind. Try again later.`)
    }
    await webPlatform.sleep(pollMs)
  }
  return ((webPlatform.now() - markedAt) / 1_000).toFixed(1)
}

/** Jobs do not move: who is home sends those again that nobody has done. */
async function* oldJobs({ sqs }: Stores, region: string): AsyncGenerator<string> {
  const { visible, inFlight, delayed } = await sqs.depth('jobs')
  const count = visible + inFlight + delayed
  if (count > 0) yield `${region}: ${count} jobs are in its queue. The sweeper of the new home sends them again.`
}
