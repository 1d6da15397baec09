import type { Adder } from '../adding.ts'
import type { Context } from '../context.ts'
import { packagePath, parseVersionSpec } from '../spec.ts'

interface YankOptions {
  readonly reason: string
  readonly undo?: boolean
}

export const addYank: Adder = (program, acting) => {
  program
    .command('yank')
    .description('takes a version out of ranges and of what comes by default; who names it exactly still gets it')
    .argument('<package@version>', 'such as @acme/model@1.2.0')
    .option('--reason <text>', 'why: clients are told', 'It should not be used any more.')
    .option('--undo', 'give it back')
    .action(
      acting(async ({ registry, output }: Context, text: string, { reason, undo = false }: YankOptions) => {
        const spec = parseVersionSpec(text)
        const path = `${packagePath(spec)}/versions/${encodeURIComponent(spec.selector)}/deprecation`
        await registry.change(undo ? { method: 'DELETE', path } : { method: 'PUT', path, body: { text: reason } })
        output.result({ package: spec.name, version: spec.selector, yanked: !undo }, () =>
          undo ? `${text} is given back.` : `${text} is yanked. Undo it with: deckle yank ${text} --undo`,
        )
      }),
    )
}
