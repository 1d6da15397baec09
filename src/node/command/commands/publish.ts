import { createHash } from 'node:crypto'
import { rm, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Option } from 'commander'
import { visibilities } from '../../../model/records.ts'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { Failure, fileFailure } from '../failure.ts'
import { findingLines } from '../report.ts'
import { parseVersionSpec, type Spec, shownSpec } from '../spec.ts'
import { formatBytes } from '../units.ts'
import { type Packing, packings } from '../upload/packing.ts'
import { type Published, publishFile, type Tried, tryFile } from '../upload/publish.ts'
import { mostParallel } from '../upload/send.ts'
import { Source } from '../upload/source.ts'
import { parseCount } from '../values.ts'

interface PublishOptions {
  readonly filename?: string
  readonly tag?: readonly string[]
  readonly visibility?: string
  readonly type?: string
  readonly description?: string
  readonly release?: boolean
  readonly dryRun?: boolean
  readonly pack: Packing
  readonly parallel: number
}

const usualParallel = 4

export const addPublish: Adder = (program, acting) => {
  program
    .command('publish')
    .description('publishes a file of any size, or a folder as one archive; the same command goes on after a stop')
    .argument('<path>', 'a file, or a folder')
    .argument('<package@version>', 'such as @acme/model@1.2.0')
    .option('--filename <name>', 'what it is called there; default: as here')
    .option('--tag <names...>', 'tags that point to the version then; default: latest')
    .addOption(new Option('--visibility <who>', 'who reads it, where the package is new').choices(visibilities))
    .addOption(
      new Option('--type <type>', 'whether it is opened by validation; default: by its name').choices([
        'opaque',
        'archive',
      ]),
    )
    .option('--description <text>', 'what the package is')
    .option('--release', 'close the version: it takes no file after this one')
    .option('--dry-run', 'only say whether it would be accepted; also of a tarball of npm, as npm:name@1.0.0')
    .addOption(new Option('--pack <as>', 'what a folder becomes').choices(packings).default('tar.gz'))
    .option('--parallel <n>', `how many parts at once, ${mostParallel} at most`, parseCount, usualParallel)
    .action(
      acting(async (context: Context, path: string, text: string, options: PublishOptions) => {
        const spec = publishedSpec(text, options)
        const isFolder = await looksLikeFolder(path)
        if (isFolder && spec.format === 'npm') throw unpacked(path)
        const sent = await (isFolder ? publishFolder : publishOne)(context, resolve(path), spec, options)
        context.output.result(sent, () => shown(sent, spec))
      }),
    )
}

type VersionSpec = Spec & { readonly selector: string }

/** Packages of npm are published by its own clients, and can be tried here. */
function publishedSpec(text: string, { dryRun }: PublishOptions): VersionSpec {
  const spec = parseVersionSpec(text)
  if (spec.format === 'generic' || (spec.format === 'npm' && dryRun)) return spec
  throw new Failure('usage', `Packages of ${spec.format} are published with the client of ${spec.format}.`, {
    code: 'format_unsupported',
    hint: 'deckle config npm lets npm use this registry; then: npm publish. With --dry-run, a tarball of npm can be tried here.',
  })
}

function unpacked(path: string): Failure {
  return new Failure('usage', `${path} is a folder, and npm decides what of it is packed.`, {
    code: 'tarball_needed',
    hint: 'Run npm pack there, and try the tarball that it makes.',
  })
}

function shown(sent: Published | Tried, spec: Spec): string {
  const { filename, sizeBytes, sha256 } = sent
  const what = `${shownSpec(spec)}: ${filename}, ${formatBytes(sizeBytes)}, sha256 ${sha256}`
  if ('dryRun' in sent) return [`Would be published as ${what}`, ...findingLines(sent.report)].join('\n')
  return `Published ${what}\nGet it with: deckle download ${shownSpec(spec)} ${filename}`
}

async function looksLikeFolder(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory()
  } catch (error) {
    throw fileFailure(error, path)
  }
}

async function publishOne(
  context: Context,
  path: string,
  { format, name, selector }: VersionSpec,
  options: PublishOptions & { readonly identity?: string },
): Promise<Published | Tried> {
  const { filename, tag, visibility, type, description, release = false } = options
  const source = await Source.open(path)
  try {
    return await (options.dryRun ? tryFile : publishFile)(context, {
      source,
      identity: options.identity ?? source.identity,
      parallel: Math.min(options.parallel, mostParallel),
      release,
      upload: {
        ...(format === 'generic' ? {} : { format }),
        package: name,
        version: selector,
        filename: filename ?? source.filename,
        ...(tag === undefined ? {} : { tags: tag }),
        ...(visibility === undefined ? {} : { visibility }),
        ...(type === undefined ? {} : { type }),
        ...(description === undefined ? {} : { description }),
      },
    })
  } finally {
    await source.close()
  }
}

/** Packed beside other things of the cache, under the same name each time: what a killed run left there is replaced. */
async function publishFolder(context: Context, folder: string, spec: VersionSpec, options: PublishOptions) {
  const { name, selector } = spec
  const filename = options.filename ?? `${basename(name)}-${selector}.${options.pack}`
  const identity = createHash('sha256')
    .update(JSON.stringify([folder, spec, filename]))
    .digest('hex')
  const packed = join(context.places.packed, identity.slice(0, 32))
  // With a library that only this needs
  const { packFolder } = await import('../upload/pack.ts')
  try {
    await packFolder(context, folder, options.pack, packed)
    return await publishOne(context, packed, spec, { ...options, filename, identity })
  } finally {
    await rm(packed, { force: true })
  }
}
