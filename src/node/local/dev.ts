import { type FSWatcher, watch } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { BundleError } from './bundle.ts'
import type { LocalStack } from './stack.ts'
import type { Terminal } from './terminal.ts'

const source = fileURLToPath(new URL('../..', import.meta.url))
/** An editor, or a switch of branches, writes many files at once. */
const settleMs = 150

/**
 * `npm run dev`: makes edge and validator run the code as it is, whenever a file of `src/` changes. What the supervisor
 * itself is made of waits for the next start.
 */
export function reloadOnChange(stack: LocalStack, terminal: Terminal): FSWatcher {
  let timer: NodeJS.Timeout | undefined
  let reloading = Promise.resolve()
  const changed = new Set<string>()
  const reload = async () => {
    const names = [...changed].join(', ')
    changed.clear()
    const began = performance.now()
    try {
      await stack.reload()
      terminal.say(`Reloaded in ${Math.round(performance.now() - began)} ms: ${names}`)
    } catch (error) {
      // What ran before goes on running.
      if (error instanceof BundleError) terminal.warn(`Not reloaded: ${error.message}`)
      else throw error
    }
  }
  return watch(source, { recursive: true }, (_, name) => {
    if (name === null || !/\.ts$/.test(name)) return
    if (/^node\W(local|cli)\W/.test(name)) {
      terminal.say(`Changed: ${name}. It is used from the next start on.`)
      return
    }
    changed.add(name)
    clearTimeout(timer)
    timer = setTimeout(() => {
      reloading = reloading.then(reload)
    }, settleMs)
  })
}
