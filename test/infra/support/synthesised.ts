import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { App } from 'aws-cdk-lib'
import { Template } from 'aws-cdk-lib/assertions'
import { createStacks } from '../../../aws/stacks.ts'

export const settings = { publicUrl: 'https://packages.example.com', region: 'eu-central-1' }

type Stacks = Readonly<Record<string, Template>>

/** Files of tests share a process (vitest.config.ts), and many ask for the same. */
const known = new Map<string, Stacks>()

/** All stacks, synthesised as a deployment would; throws when cdk-nag finds something that nag.ts does not answer. */
export function synthesise(context: Readonly<Record<string, unknown>> = {}): Stacks {
  const id = JSON.stringify(context)
  const stacks = known.get(id) ?? synthesiseNow(context)
  known.set(id, stacks)
  return stacks
}

function synthesiseNow(context: Readonly<Record<string, unknown>>): Stacks {
  const outdir = mkdtempSync(join(tmpdir(), 'deckle-cdk-'))
  const app = new App({ outdir, context: { ...settings, ...context } })
  createStacks(app)
  const { stacks } = app.synth()
  return Object.fromEntries(stacks.map((stack) => [stack.stackName, Template.fromJSON(stack.template)]))
}
