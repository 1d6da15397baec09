import { createHash } from 'node:crypto'
import type { Context } from '../context.ts'
import { Failure } from '../failure.ts'
import { listVersion } from '../generic-files.ts'
import { type Report, reportSchema } from '../report.ts'
import { sendParts } from './send.ts'
import type { Source } from './source.ts'
import { StateFile } from './state.ts'
import { type NewUpload, type Upload, Uploads } from './uploads-api.ts'
import { awaitVerdict } from './verdict.ts'

export interface Publishing {
  readonly upload: Omit<NewUpload, 'sizeBytes'>
  readonly source: Source
  /** What tells the content from another of the same name. */
  readonly identity: string
  readonly parallel: number
  /** Whether the version takes no more files after this one. */
  readonly release: boolean
}

export interface Published {
  readonly package: string
  readonly version: string
  readonly filename: string
  readonly sizeBytes: number
  readonly sha256: string
  readonly url?: string
}

/** @throws Failure */
export function publishFile(context: Context, publishing: Publishing): Promise<Published> {
  const { upload: wanted, source } = publishing
  return decided(context, publishing, async ({ url }, sha256) => {
    await requireSame(context, wanted, sha256)
    return { ...targetOf(wanted), sizeBytes: source.sizeBytes, sha256, ...(url === undefined ? {} : { url }) }
  })
}

export interface Tried extends Omit<Published, 'url'> {
  readonly dryRun: true
  readonly report: Report
}

/** Lets the registry validate a file, and publishes nothing. @throws Failure, also when it would be refused */
export function tryFile(context: Context, publishing: Publishing): Promise<Tried> {
  const { upload: wanted, source } = publishing
  const trying = { ...publishing, upload: { ...wanted, dryRun: true } } as const
  return decided(context, trying, async ({ report = '' }, sha256) => ({
    ...targetOf(wanted),
    sizeBytes: source.sizeBytes,
    sha256,
    dryRun: true,
    report: await context.registry.get(report, reportSchema),
  }))
}

/**
 * Sends a file until it is decided, or goes on with what an earlier run began. Whatever stops it, the same again goes
 * on: the registry knows which parts stand, and this machine which upload it was.
 * @param told what there is to tell of it then; until that is done, the same again finds it decided
 */
async function decided<T>(
  context: Context,
  publishing: Publishing,
  told: (upload: Upload, sha256: string) => Promise<T>,
): Promise<T> {
  const { upload: wanted, source, release } = publishing
  const { dryRun } = wanted
  const uploads = new Uploads(context.registry)
  const target = { registry: context.registry.address, ...targetOf(wanted), ...(dryRun ? { dryRun } : {}) }
  const state = new StateFile(context.places, target)
  const upload = await findOrBegin(uploads, state, publishing)
  const sent = upload.state === 'open' ? await sendParts(context, upload, source, publishing.parallel) : undefined
  try {
    const complete = upload.state === 'open' ? await completed(uploads, upload, release) : upload
    const good = await awaitVerdict(context, complete) // COMMIT: the registry has published it, or found it valid
    const result = await told(good, sent ?? (await digestOf(source)))
    state.remove()
    return result
  } catch (error) {
    // Decided: there is nothing to go on with
    if (error instanceof Failure && error.kind === 'refused') state.remove()
    throw error
  }
}

/** What an earlier run began, if it was of this very file and can still become something; else a new upload. */
async function findOrBegin(
  uploads: Uploads,
  state: StateFile,
  { upload, source, identity }: Publishing,
): Promise<Upload> {
  const before = state.read()
  const found = before === undefined ? undefined : await read(uploads, before.id)
  const isSame = before?.identity === identity && found?.sizeBytes === source.sizeBytes
  if (found !== undefined && isSame && isAlive(found)) return found
  // Another file under the same name: the registry would hold the new one against what was said of the old one
  if (found?.state === 'open') await uploads.abort(found.id)
  const begun = await uploads.begin({ ...upload, sizeBytes: source.sizeBytes })
  state.write(begun.id, identity)
  return begun
}

/** What validation says of it stands in the upload, with its reasons, also where completing is refused for it. */
async function completed(uploads: Uploads, { id }: Upload, release: boolean): Promise<Upload> {
  try {
    return await uploads.complete(id, release)
  } catch (error) {
    if (error instanceof Failure && error.details.code === 'validation_refused') return uploads.read(id)
    throw error
  }
}

async function read(uploads: Uploads, id: string): Promise<Upload | undefined> {
  try {
    return await uploads.read(id)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'not_found') return undefined
    throw error
  }
}

function isAlive({ state }: Upload): boolean {
  return state === 'open' || state === 'validating' || state === 'published' || state === 'valid'
}

/** @throws Failure `integrity` when the registry has other bytes than we read */
async function requireSame({ registry }: Context, wanted: Publishing['upload'], sha256: string): Promise<void> {
  const { files } = await listVersion(registry, wanted.package, wanted.version)
  const listed = files.get(wanted.filename)
  if (listed?.sha256 === sha256) return
  throw new Failure('integrity', `${wanted.filename} was published with other bytes than stand in your file.`, {
    code: 'digest_mismatch',
    where: `sha256 here ${sha256}, there ${listed?.sha256 ?? 'none'}`,
    hint: 'Yank this version, and publish the file as another one.',
  })
}

async function digestOf(source: Source): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of source.scan(0, source.sizeBytes)) hash.update(chunk)
  await source.requireUnchanged()
  return hash.digest('hex')
}

function targetOf({ package: name, version, filename }: Publishing['upload']) {
  return { package: name, version, filename }
}
