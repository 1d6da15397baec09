import { z } from 'zod'
import { formatIds } from '../../../model/ids.ts'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { listed } from '../pages.ts'
import { shownSpec } from '../spec.ts'
import { table } from '../table.ts'
import { parseCount } from '../values.ts'

const hitSchema = z.object({
  format: z.string(),
  name: z.string(),
  visibility: z.string(),
  latest: z.string().optional(),
  description: z.string().optional(),
  modifiedAt: z.string(),
})

export const addSearch: Adder = (program, acting) => {
  program
    .command('search')
    .description('finds packages by words, and by keyword:, author:, maintainer: or scope:')
    .argument('<words...>', 'what to look for')
    .option('--format <name>', `only one of: ${formatIds.join(', ')}`)
    .option('--limit <n>', 'how many of each format at most', parseCount, 20)
    .action(
      acting(async ({ registry, output }: Context, words: string[], options: { format?: string; limit: number }) => {
        const formats = options.format === undefined ? formatIds : [options.format]
        const lists = await Promise.all(
          formats.map((format) => {
            const query = new URLSearchParams({ format, q: words.join(' ') })
            return listed(registry, `/api/v1/packages?${query}`, hitSchema, options.limit)
          }),
        )
        const packages = lists.flat()
        output.result({ packages }, () => {
          if (packages.length === 0) return 'Nothing found that you may read.'
          return table(packages.map((hit) => [shownSpec(hit), hit.latest ?? '', hit.visibility, hit.description ?? '']))
        })
      }),
    )
}
