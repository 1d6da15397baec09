import { homedir } from 'node:os'
import { join } from 'node:path'

type Environment = Readonly<Record<string, string | undefined>>

/** Where the command keeps what it remembers between runs. @see https://specifications.freedesktop.org/basedir-spec/ */
export interface Places {
  /** Which registry is meant when none is named. */
  readonly settings: string
  /** Tokens, by registry. Mode 600. */
  readonly logins: string
  /** Uploads under way, a file each. */
  readonly uploads: string
  /** Folders that were packed to be uploaded, while they are. */
  readonly packed: string
}

export function placesIn(env: Environment): Places {
  const folder = join(baseFolder(env), 'deckle')
  return {
    settings: join(folder, 'config.json'),
    logins: join(folder, 'logins.json'),
    uploads: join(folder, 'uploads'),
    packed: join(cacheFolder(env), 'deckle/packed'),
  }
}

function cacheFolder({ XDG_CACHE_HOME: xdg = '', LOCALAPPDATA: local }: Environment): string {
  if (xdg.startsWith('/')) return xdg
  return process.platform === 'win32' && local !== undefined ? local : join(homedir(), '.cache')
}

/** A relative path in the variable is to be ignored, the specification says. */
function baseFolder({ XDG_CONFIG_HOME: xdg = '', APPDATA: appData }: Environment): string {
  if (xdg.startsWith('/')) return xdg
  if (process.platform === 'win32' && appData !== undefined) return appData
  return join(homedir(), '.config')
}
