import { z } from 'zod'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { packagePath, parseSpec, shownSpec } from '../spec.ts'
import { table } from '../table.ts'
import { formatBytes, formatTime } from '../units.ts'
import { resolveVersion, versionSchema } from '../versions.ts'

const packageSchema = z.object({
  format: z.string(),
  name: z.string(),
  visibility: z.string(),
  organisation: z.string().optional(),
  owners: z.array(z.string()),
  tags: z.record(z.string(), z.string()),
  isSensitive: z.boolean(),
  lock: z.object({ reason: z.string() }).optional(),
  yourRight: z.string(),
  createdAt: z.string(),
  modifiedAt: z.string(),
})

/** A version of many files says what each of them is. */
const foundSchema = versionSchema.extend({ files: z.array(versionSchema).optional() })

export const addInfo: Adder = (program, acting) => {
  program
    .command('info')
    .description('tells what a package is, or one of its versions')
    .argument('<package>', 'such as @acme/model, @acme/model@1.2.0 or npm:left-pad@latest')
    .action(
      acting(async ({ registry, output }: Context, text: string) => {
        const spec = parseSpec(text)
        const about = await registry.get(packagePath(spec), packageSchema)
        if (spec.selector === undefined) return output.result(about, () => aboutPackage(about))
        const version = resolveVersion(spec, spec.selector, about.tags)
        const path = `${packagePath(spec)}/versions/${encodeURIComponent(version)}`
        const found = await registry.get(path, foundSchema)
        return output.result({ package: about.name, format: about.format, ...found }, () => aboutVersion(found))
      }),
    )
}

function aboutPackage(about: z.infer<typeof packageSchema>): string {
  const tags = Object.entries(about.tags).map(([tag, version]) => `${tag} → ${version}`)
  return table([
    ['package', shownSpec(about)],
    ['visibility', `${about.visibility}${about.isSensitive ? ', sensitive' : ''}`],
    ...(about.organisation === undefined ? [] : [['organisation', `@${about.organisation}`]]),
    ['owners', about.owners.join(', ')],
    ['tags', tags.join(', ')],
    ...(about.lock === undefined ? [] : [['locked', about.lock.reason]]),
    ['your right', about.yourRight],
    ['created', formatTime(about.createdAt)],
    ['changed', formatTime(about.modifiedAt)],
  ])
}

function aboutVersion({ files, ...one }: z.infer<typeof foundSchema>): string {
  const { version, status, publisher, publishedAt, deprecated } = one
  return table([
    ['version', version],
    ['status', status],
    ['published', `${formatTime(publishedAt ?? 'not yet')} by ${publisher}`],
    ...(deprecated === undefined ? [] : [['yanked', deprecated]]),
    ...(files ?? [one]).flatMap(({ file: { filename, sizeBytes, sha256 = '' } }) => [
      ['file', filename],
      ['size', `${formatBytes(sizeBytes)} (${sizeBytes} bytes)`],
      ['sha256', sha256],
    ]),
  ])
}
