import { z } from 'zod'
import { formatIds } from '../../../model/ids.ts'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { listed } from '../pages.ts'
import { packagePath, parseSpec, type Spec, shownSpec } from '../spec.ts'
import { table } from '../table.ts'
import { formatBytes, formatTime } from '../units.ts'
import { parseCount } from '../values.ts'
import { versionSchema } from '../versions.ts'
import { meSchema } from './whoami.ts'

const heldSchema = z.object({ name: z.string(), right: z.string() })

export const addLs: Adder = (program, acting) => {
  program
    .command('ls')
    .description('lists your packages, those of an organisation, or the versions of a package')
    .argument('[what]', '@organisation, or a package such as @acme/model or npm:left-pad')
    .option('--limit <n>', 'how many at most', parseCount, 100)
    .action(
      acting(async (context: Context, what: string | undefined, { limit }: { limit: number }) => {
        if (what === undefined) return listHeld(context, `/api/v1/users/${await ownName(context)}/packages`, limit)
        if (/^@[^/]+$/.test(what)) return listHeld(context, `/api/v1/organisations/${what.slice(1)}/packages`, limit)
        return listVersions(context, parseSpec(what), limit)
      }),
    )
}

async function ownName({ registry }: Context): Promise<string> {
  return encodeURIComponent((await registry.get('/api/v1/auth/me', meSchema)).username)
}

async function listHeld({ registry, output }: Context, path: string, limit: number): Promise<void> {
  const lists = await Promise.all(
    formatIds.map(async (format) => {
      const held = await listed(registry, `${path}?format=${format}`, heldSchema, limit)
      return held.map((one) => ({ format, ...one }))
    }),
  )
  const packages = lists.flat().slice(0, limit)
  output.result({ packages }, () => {
    if (packages.length === 0) return 'No packages.'
    return table(packages.map(({ right, ...spec }) => [shownSpec(spec), right]))
  })
}

async function listVersions({ registry, output }: Context, spec: Spec, limit: number): Promise<void> {
  const versions = await listed(registry, `${packagePath(spec)}/versions`, versionSchema, limit)
  output.result({ package: shownSpec(spec), versions }, () =>
    table(
      versions.map(({ version, status, publishedAt, publisher, deprecated, file }) => [
        version,
        file.filename,
        formatBytes(file.sizeBytes),
        formatTime(publishedAt ?? ''),
        publisher,
        [status === 'published' ? '' : status, deprecated === undefined ? '' : `yanked: ${deprecated}`].join(' '),
      ]),
    ),
  )
}
