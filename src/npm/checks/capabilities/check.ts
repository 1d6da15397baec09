import type { Check, CodeDoc, ContentReader } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { installedPath } from '../notes.ts'
import { type Capability, capabilities, UseFinder } from './uses.ts'

const why =
  'A reviewer of the new version would want to know: taken-over packages begin with a change like this. Read from the ' +
  'text of the scripts, in comparison with the version that `latest` names; what is put together at run time is not seen.'

const codes = {
  network_first_used: { title: 'The code uses the network, which it did not before', why },
  processes_first_used: { title: 'The code starts other programs, which it did not before', why },
  dynamic_code_first_used: { title: 'The code runs text as code, which it did not before', why },
  native_code_first_used: { title: 'The package has or loads native code, which it did not before', why },
} as const satisfies Record<`${Capability}_first_used`, CodeDoc>

const uses: Readonly<Record<Capability, string>> = {
  network: 'uses the network',
  processes: 'starts other programs',
  dynamic_code: 'runs text as code',
  native_code: 'is or loads native code',
}

/** Script text that is looked at per archive: a second or two. */
const mostBytes = 128 * 1024 * 1024
const scripts = /\.[cm]?[jt]sx?$/
const declarations = /\.d\.[cm]?ts$/
const [numberSign, exclamationMark] = [0x23, 0x21]

/**
 * Looks for what the code can do, leaves it in the facts, and warns of what the version before could not. Reads scripts
 * until everything is found, 128 MiB of them at most. Holds a few tokens, and a path for each capability.
 */
export const capabilitiesCheck: Check = {
  id: 'npm-capabilities',
  formats: ['npm'],
  codes,
  begin(context) {
    const found = new Map<Capability, string>()
    let bytesLeft = mostBytes
    return {
      entry(entry): ContentReader | undefined {
        const path = installedPath(entry.path)
        if (path === undefined || entry.kind !== 'file') return undefined
        const use = (capability: Capability) => {
          if (!found.has(capability)) found.set(capability, path)
        }
        if (path === 'binding.gyp' || path.endsWith('.node')) use('native_code')
        if (!mayBeScript(path) || found.size === capabilities.length || entry.sizeBytes > bytesLeft) return undefined
        bytesLeft -= entry.sizeBytes
        return scriptReader(path, use)
      },
      end() {
        context.facts.capabilities = capabilities.filter((capability) => found.has(capability))
        const before = context.previous?.capabilities
        if (before === undefined) return
        for (const [capability, file] of found) {
          if (before.includes(capability)) continue
          context.report({
            code: `${capability}_first_used`,
            path: printable(file, 200),
            message: `"${printable(file, 150)}" ${uses[capability]}; nothing in the version before did.`,
            hint: 'Nothing needs to be done if it is meant; look at what changed if it is not.',
          })
        }
      },
    }
  },
}

/** Commands often have no ending. */
function mayBeScript(path: string): boolean {
  return (scripts.test(path) && !declarations.test(path)) || isWithoutEnding(path)
}

function isWithoutEnding(path: string): boolean {
  return !path.slice(path.lastIndexOf('/') + 1).includes('.')
}

/** What has no ending is a script only if it begins with `#!`. */
function scriptReader(path: string, use: (capability: Capability) => void): ContentReader {
  const finder = new UseFinder(use)
  const needsMark = isWithoutEnding(path)
  let seen = 0
  let isScript = true
  return {
    chunk(bytes) {
      for (let at = 0; needsMark && seen < 2 && at < bytes.length; at += 1, seen += 1) {
        if (bytes[at] !== (seen === 0 ? numberSign : exclamationMark)) isScript = false
      }
      if (isScript) finder.chunk(bytes)
    },
    end() {
      if (isScript) finder.end()
    },
  }
}
