import { parentPort } from 'node:worker_threads'
import { type Message, publint } from 'publint'
import { formatMessage, formatMessagePath } from 'publint/utils'
import type { LintOutcome, PackagingProblem, PackedFile } from '../../npm/checks/quality/packaging.ts'

/** The thread in which publint runs, away from the validator: takes files, answers with an outcome. */
parentPort?.on('message', async (files: readonly PackedFile[]) => {
  parentPort?.postMessage(await lint(files))
})

async function lint(files: readonly PackedFile[]): Promise<LintOutcome> {
  try {
    const copies = files.map(({ name, data }) => ({ name, data }))
    const { messages, pkg } = await publint({ pack: { files: copies }, pkgDir: '/', level: 'warning' })
    return { kind: 'done', problems: messages.map((message) => problemOf(message, pkg ?? {})) }
  } catch (error) {
    return { kind: 'failed', problem: `broke (${error instanceof Error ? error.name : 'an error'})` }
  }
}

function problemOf(message: Message, packageJson: Record<string, unknown>): PackagingProblem {
  const { code, type, path } = message
  return {
    code,
    level: type === 'error' ? 'error' : 'warning',
    field: formatMessagePath(path),
    text: formatMessage(message, packageJson, { color: false }) ?? code,
  }
}
