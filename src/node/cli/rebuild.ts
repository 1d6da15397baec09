import { formatIds, type PackageRef } from '../../model/ids.ts'
import { npmPackage } from '../../npm/names.ts'
import { isEmpty } from '../../registry/change.ts'
import { rebuild } from '../../registry/rebuild.ts'
import { webPlatform } from '../../std/platform.ts'
import { formats, type Stores } from '../../wiring.ts'
import { CliError } from './cli-error.ts'
import { connect } from './connect.ts'

const pageSize = 100

/**
 * Renders packages anew from the truth, one after the other, and says what it did. One that cannot be rebuilt does not
 * stop the others.
 * @throws CliError when nothing was named, or some could not be rebuilt
 */
export async function rebuildPackages(dataFolder: string, names: readonly string[], all: boolean): Promise<void> {
  if (names.length === 0 && !all) throw new CliError('Name packages to rebuild, or say --all.')
  const { config, stores } = await connect(dataFolder)
  const deps = { ...stores, formats, publicUrl: config.publicUrl, platform: webPlatform }
  let seen = 0
  let failed = 0
  for await (const ref of all ? everyPackage(stores) : names.map(named)) {
    seen += 1
    try {
      const { outcome, versions } = await rebuild(deps, ref, (done) => showProgress(ref, done))
      clearProgress()
      console.log(`${ref.name}: ${outcome}, ${versions} version${versions === 1 ? '' : 's'}`)
    } catch (error) {
      clearProgress()
      failed += 1
      console.error(`${ref.name}: ${error instanceof Error ? error.message : String(error)}`)
    }
  }
  if (seen === 0) console.log('There is no published package yet.')
  if (failed > 0) throw new CliError(`${failed} could not be rebuilt.`)
}

/** `left-pad`, `npm/left-pad` or `generic/@acme/model`. @throws Refusal `package_name_invalid` */
function named(text: string): PackageRef {
  const format = formatIds.find((id) => text.startsWith(`${id}/`))
  if (format === undefined) return npmPackage(text)
  return { format, name: formats[format].packageName(text.slice(format.length + 1)) }
}

async function* everyPackage(stores: Stores): AsyncGenerator<PackageRef, void> {
  for (const format of formatIds) {
    let after: string | undefined
    do {
      const page = await stores.heads.list(format, { limit: pageSize, ...(after === undefined ? {} : { after }) })
      for (const head of page.heads) if (!isEmpty(head)) yield head
      after = page.next
    } while (after !== undefined)
  }
}

function showProgress(ref: PackageRef, done: number): void {
  if (process.stdout.isTTY && done % 10 === 0) process.stdout.write(`\r${ref.name}: ${done} versions read`)
}

function clearProgress(): void {
  if (process.stdout.isTTY) process.stdout.write('\r\u001b[K')
}
