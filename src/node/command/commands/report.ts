import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { findingLines, reportSchema } from '../report.ts'
import { packagePath, parseVersionSpec } from '../spec.ts'

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
          [`${report.package} ${report.version}: ${report.verdict}`, ...findingLines(report)].join('\n'),
        )
      }),
    )
}
