import { z } from 'zod'
import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { plainLine } from '../plain-text.ts'
import { packagePath, parseVersionSpec } from '../spec.ts'

const findingSchema = z.looseObject({
  code: z.string(),
  severity: z.string().optional(),
  message: z.string().optional(),
  path: z.string().optional(),
  hint: z.string().optional(),
})
const reportSchema = z.looseObject({
  package: z.string(),
  version: z.string(),
  verdict: z.string(),
  score: z.looseObject({ total: z.number() }).optional().catch(undefined),
  findings: z.array(findingSchema).default([]),
})

export const addReport: Adder = (program, acting) => {
  program
    .command('report')
    .description('shows what validation found in a version')
    .argument('<package@version>', 'such as @acme/model@1.2.0')
    .option('--file <name>', 'of this one of its files; default: the first')
    .action(
      acting(async ({ registry, output }: Context, text: string, { file }: { file?: string }) => {
        const spec = parseVersionSpec(text)
        const path = `${packagePath(spec)}/versions/${encodeURIComponent(spec.selector)}/report${file === undefined ? '' : `?file=${encodeURIComponent(file)}`}`
        const report = await registry.get(path, reportSchema)
        output.result(report, () =>
          [
            `${report.package} ${report.version}: ${report.verdict}`,
            ...report.findings.map(findingLine),
            ...(report.findings.length === 0 ? ['Nothing was found.'] : []),
          ].join('\n'),
        )
      }),
    )
}

function findingLine({ severity = 'note', code, path, message = '', hint }: z.infer<typeof findingSchema>): string {
  const place = path === undefined ? '' : ` in ${path}`
  return plainLine(`${severity} ${code}${place}: ${message} ${hint ?? ''}`)
}
