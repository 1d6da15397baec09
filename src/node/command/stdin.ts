import { Failure } from './failure.ts'

const longest = 10_000

/** The first line of stdin: what `echo` and password managers write. @throws Failure `usage` when there is none */
export async function readSecret(): Promise<string> {
  let text = ''
  for await (const chunk of process.stdin.setEncoding('utf8')) {
    text += chunk
    if (text.length > longest) break
  }
  const line = text.split(/\r?\n/, 1)[0] ?? ''
  if (line !== '') return line
  throw new Failure('usage', 'There is nothing on stdin.', { code: 'stdin_empty' })
}
