import { type Finding, restore } from '../../registry/restore.ts'
import { webPlatform } from '../../std/platform.ts'
import { OldObjects } from '../../storage/old-objects.ts'
import { formats } from '../../wiring.ts'
import { CliError } from './cli-error.ts'
import { connect } from './connect.ts'

const words: Readonly<Record<Finding['kind'], string>> = {
  brought_back: 'brought back',
  lost: 'LOST, and no old version is kept',
  set_aside: 'belongs to no version, set aside',
  left_to_sweeper: 'open claim, left to the validators',
  rebuilt: 'documents rendered anew',
}

/**
 * Makes the bucket fit the tables, and says what it did or, without `apply`, would do.
 * @throws CliError when something is lost
 */
export async function restoreBucket(dataFolder: string, apply: boolean): Promise<void> {
  const { config, stores } = await connect(dataFolder)
  const oldObjects = new OldObjects(stores.s3)
  const deps = { ...stores, oldObjects, formats, publicUrl: config.publicUrl, platform: webPlatform }
  const { tablePrefix, bucket } = config.storage
  console.log(`Tables ${tablePrefix}*, bucket ${bucket}${apply ? '' : ': a trial, nothing is changed'}`)
  const counts = new Map<Finding['kind'], number>()
  for await (const { kind, what } of restore(deps, { apply, progress: showProgress })) {
    clearProgress()
    console.log(`${words[kind]}: ${what}`)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  clearProgress()
  const found = [...counts].map(([kind, count]) => `${count} ${words[kind]}`)
  console.log(found.length === 0 ? 'The bucket fits the tables.' : `${found.join('; ')}.`)
  if (!apply && found.length > 0) console.log('Stop everything that writes, then say --apply to do it.')
  const lost = counts.get('lost') ?? 0
  if (lost > 0) throw new CliError(`${lost} objects are lost: publish these versions again, or unpublish them.`)
}

function showProgress(done: string): void {
  if (process.stdout.isTTY) process.stdout.write(`\r\u001b[K${done}`)
}

function clearProgress(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
}
