import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { App } from 'aws-cdk-lib'
import { createStacks } from './stacks.ts'

/**
 * Synthesises every stack into `cdk.out`: by the CDK's command line, which hands over the context of `cdk.json` and
 * that of its arguments, or without it by `npm run synth`.
 */
const { context } = JSON.parse(readFileSync(new URL('./cdk.json', import.meta.url), 'utf8'))
const outdir = process.env['CDK_OUTDIR'] ?? fileURLToPath(new URL('../cdk.out', import.meta.url))
const app = new App({ context, outdir })
createStacks(app)
app.synth()
