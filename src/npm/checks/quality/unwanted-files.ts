import { BoundedBytes } from '../../../validation/bounded-bytes.ts'
import type { ArchiveEntry, Check, CheckContext, CodeDoc, ContentReader } from '../../../validation/check.ts'
import { printable } from '../../../validation/printable.ts'
import { installedPath } from '../notes.ts'

const why = 'It costs everybody who installs the package, and may show what was not meant for others.'

const codes = {
  npmrc_with_token: {
    title: 'An .npmrc with a credential',
    why: 'Whoever can download the package can publish in your name. The credential has to be revoked.',
  },
  env_file_packed: {
    title: 'A file of environment settings',
    why: 'Such files (.env) hold what is private to one place: addresses, accounts, often passwords.',
  },
  key_file_packed: {
    title: 'A file with the name of a private key',
    why: 'SSH and TLS keys have these names; whoever has one passes for its owner.',
  },
  dependencies_packed: {
    title: 'Installed dependencies that are not declared as bundled',
    why: 'npm installs the declared ones all the same, and what lies here is used instead, unseen by audits.',
  },
  crash_dump_packed: {
    title: 'The dump of a crash',
    why: 'It holds the memory of the program: whatever passwords and keys it had at the time.',
  },
  leftover_packed: { title: 'A file that a tool left behind', why },
} as const satisfies Record<string, CodeDoc>

type Code = keyof typeof codes

const mostNpmrcBytes = 65_536
const leaveOut = 'Leave it out: list what belongs to the package in `files` of package.json (see `npm pack --dry-run`).'
const leftovers =
  /(^|\/)(\.git|\.svn|\.hg|\.idea|\.vscode|__MACOSX|\.nyc_output)\/|(^|\/)(\.DS_Store|Thumbs\.db|desktop\.ini|npm-debug\.log|yarn-error\.log|lerna-debug\.log|\.eslintcache)$|\.(sw[op]|orig|rej|tsbuildinfo)$|~$/

/**
 * Files that are in a package by mistake. One finding for each kind and archive, and one for each `.npmrc` that holds
 * a credential. Holds 64 KiB of the current `.npmrc`.
 */
export const unwantedFilesCheck: Check = {
  id: 'npm-unwanted-files',
  formats: ['npm'],
  codes,
  begin(context) {
    const found = new Map<Code, { readonly path: string; count: number }>()
    return {
      entry(entry): ContentReader | undefined {
        const path = installedPath(entry.path)
        if (path === undefined || entry.kind !== 'file') return undefined
        const code = codeOf(path, entry)
        const known = code && found.get(code)
        if (known) known.count += 1
        else if (code) found.set(code, { path, count: 1 })
        return /(^|\/)\.npmrc$/.test(path) ? npmrcReader(context, path) : undefined
      },
      end() {
        for (const [code, { path, count }] of found) {
          if (code === 'dependencies_packed' && context.facts.manifest?.['bundleDependencies'] !== undefined) continue
          const more = count === 1 ? '' : `, and ${count - 1} more like it`
          const message = `"${printable(path, 150)}" is in the archive${more}.`
          context.report({ code, path: printable(path, 200), message, hint: leaveOut })
        }
      },
    }
  },
}

function codeOf(path: string, { sizeBytes }: ArchiveEntry): Code | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (path.startsWith('node_modules/'))
    return path.startsWith('node_modules/.') ? 'leftover_packed' : 'dependencies_packed'
  if (/^\.env(\.(local|production|development|staging|test|prod|dev)(\.local)?)?$/.test(name)) return 'env_file_packed'
  if (
    /^(id_(rsa|dsa|ecdsa|ed25519)|.*\.(p12|pfx|keystore|jks|ppk)|.*_rsa|server\.key|private\.(key|pem))$/i.test(name)
  ) {
    return 'key_file_packed'
  }
  if ((/^core(\.\d+)?$/.test(name) && sizeBytes > 100_000) || /\.(dmp|heapsnapshot|hprof|stackdump)$/.test(name)) {
    return 'crash_dump_packed'
  }
  return leftovers.test(path) ? 'leftover_packed' : undefined
}

function npmrcReader(context: CheckContext, path: string): ContentReader {
  const bytes = new BoundedBytes(mostNpmrcBytes)
  return {
    chunk: (chunk) => bytes.add(chunk),
    end() {
      const lines = new TextDecoder().decode(bytes.content()).split(/\r?\n/)
      const line = lines.findIndex(isCredential)
      if (line === -1) return
      context.report({
        code: 'npmrc_with_token',
        path: printable(path, 200),
        message: `"${printable(path, 150)}" has a credential in line ${line + 1}.`,
        hint: 'Revoke the credential, leave the file out and publish again.',
      })
    },
  }
}

/** A value that stands there itself: one that names an environment variable (`${NPM_TOKEN}`) is how it should be. */
function isCredential(line: string): boolean {
  const [, value = ''] = /^(?!\s*[;#])[^=]*(?:_auth|_authToken|_password)\s*=\s*(.*?)\s*$/.exec(line) ?? []
  const text = value.replace(/^["']|["']$/g, '')
  return text.length >= 8 && !text.includes('${')
}
