import { existsSync, mkdirSync, statSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { downloadFile } from '../download/download.ts'
import { Failure, fileFailure } from '../failure.ts'
import { type ListedVersion, listVersion } from '../generic-files.ts'
import { parseSpec } from '../spec.ts'
import { formatBytes } from '../units.ts'
import { parseCount } from '../values.ts'

interface DownloadOptions {
  readonly output?: string
  readonly parallel: number
  readonly force?: boolean
}

const usualParallel = 4
const mostParallel = 32

export const addDownload: Adder = (program, acting) => {
  program
    .command('download')
    .description('downloads the files of a version, and verifies them; the same command goes on after a stop')
    .argument('<package>', 'such as @acme/model, @acme/model@1.2.0, @acme/model@latest or "@acme/model@^1.2"')
    .argument('[file]', 'only this one')
    .option('--output <path>', 'a folder, or the name of the one file; default: this folder')
    .option('--parallel <n>', `how many ranges at once, ${mostParallel} at most`, parseCount, usualParallel)
    .option('--force', 'replace another file that stands there')
    .action(
      acting(async (context: Context, text: string, file: string | undefined, options: DownloadOptions) => {
        const { name, selector = 'latest', format } = parseSpec(text)
        if (format !== 'generic') throw new Failure('usage', `Packages of ${format} are installed with its own client.`)
        const listed = await listVersion(context.registry, name, selector)
        const files = await downloadAll(context, name, listed, wantedOf(listed, name, file), options)
        context.output.result({ package: name, version: listed.version, files }, () =>
          files
            .map(
              ({ path, sizeBytes, wasThere }) =>
                `${path} ${formatBytes(sizeBytes)}, verified${wasThere ? '; it was there already' : ''}`,
            )
            .join('\n'),
        )
      }),
    )
}

function wantedOf({ files, version }: ListedVersion, name: string, file: string | undefined): readonly string[] {
  if (file === undefined) return [...files.keys()]
  if (files.has(file)) return [file]
  throw new Failure('not_found', `${name} ${version} has no file "${file}".`, {
    code: 'file_not_found',
    hint: `It has: ${[...files.keys()].join(', ')}.`,
  })
}

async function downloadAll(
  context: Context,
  name: string,
  { version, files }: ListedVersion,
  wanted: readonly string[],
  { output, parallel, force = false }: DownloadOptions,
) {
  const done: { path: string; sizeBytes: number; sha256: string; wasThere: boolean }[] = []
  for (const filename of wanted) {
    const listed = files.get(filename)
    if (listed === undefined) continue
    const path = placeFor(filename, output, wanted.length)
    const { wasThere } = await downloadFile(context, {
      package: name,
      version,
      filename,
      listed,
      path,
      parallel: Math.min(parallel, mostParallel),
      force,
    })
    done.push({ path, ...listed, wasThere })
  }
  return done
}

/** Names come from the registry: one that could lead out of the folder is none of a file. */
function placeFor(filename: string, output: string | undefined, count: number): string {
  if (!/^[A-Za-z0-9][A-Za-z0-9._+~-]*$/.test(filename)) {
    throw new Failure('integrity', `"${filename}" is no name of a file.`, { code: 'filename_invalid' })
  }
  const isFolder = output === undefined || count > 1 || /[/\\]$/.test(output) || isExistingFolder(output)
  const path = isFolder ? join(resolve(output ?? '.'), filename) : resolve(output)
  try {
    mkdirSync(dirname(path), { recursive: true })
  } catch (error) {
    throw fileFailure(error, dirname(path))
  }
  return path
}

function isExistingFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}
