import { isLoopback, parseOrigin } from '../../std/origin.ts'
import { storageParts } from './regions.ts'
import { type Environment, isUnset, localStorageParts } from './settings.ts'
import { StartProblem } from './start-problem.ts'

/** Where the registry listens, and where clients reach it. All of them left out: on this machine only. */
export interface AddressOptions {
  /** An IP address of this machine, or one that means all of them. Default: both of `localhost`. */
  readonly host?: string
  readonly publicUrl?: string
  readonly storageUrl?: string
  /** Clients of other machines may come by plain HTTP, with their passwords. */
  readonly insecureHttp?: boolean
  /** How many regions are played here. Default: 1. */
  readonly regions?: number
}

/** The environment with the addresses of the command line in it, which go before its own. */
export function withAddresses(env: Environment, { publicUrl, storageUrl }: AddressOptions): Environment {
  return {
    ...env,
    ...(publicUrl !== undefined && { DECKLE_PUBLIC_URL: publicUrl }),
    ...(storageUrl !== undefined && { DECKLE_STORAGE_URL: storageUrl }),
  }
}

/**
 * Whether clients come to the storage server of this start by a URL of its own, through a proxy: then it has the port
 * after the registry's, because the proxy must know it.
 */
export function isStorageProxied(env: Environment): boolean {
  return !isUnset(env['DECKLE_STORAGE_URL']) && localStorageParts(env).includes('s3')
}

/**
 * Checks that clients of other machines, if there are to be any, find both addresses and are not overheard. The shape
 * of the URLs, and that their hosts differ, is for `config.ts` to check.
 * @throws StartProblem with one line
 */
export function requireUsableAddresses(env: Environment, options: AddressOptions, port: number): void {
  const { host, insecureHttp, regions = 1 } = options
  const { DECKLE_PUBLIC_URL: registry, DECKLE_STORAGE_URL: storage } = env
  if (regions > 1 && (!isUnset(storage) || localStorageParts(env).length < storageParts.length)) {
    throw new StartProblem('--regions plays regions on this machine alone: leave out other storage, and --storage-url.')
  }
  if (host !== undefined && isUnset(registry)) {
    throw new StartProblem('--host is for clients elsewhere: say with --public-url what they call the registry.')
  }
  const isForOthers = host !== undefined || isElsewhere(registry)
  if (isForOthers && isUnset(storage) && localStorageParts(env).includes('s3')) {
    throw new StartProblem(
      'Clients elsewhere are redirected to storage for every file: say with --storage-url what they call it.',
    )
  }
  for (const url of [registry, storage]) {
    if (insecureHttp === true || !isElsewhere(url) || !url?.toLowerCase().startsWith('http:')) continue
    throw new StartProblem(
      `${url} would let others on the way read passwords, tokens and packages: put a proxy that speaks https before it (docs/team.md), or say --insecure-http where nobody can listen.`,
    )
  }
  if (isStorageProxied(env) && (port === 0 || port === 65_535)) {
    throw new StartProblem('With --storage-url, use a --port from 1 to 65534: storage listens on the next one.')
  }
}

/** Whether a URL leads to another machine. One that is none is refused later, with its name. */
function isElsewhere(url: string | undefined): boolean {
  const origin = parseOrigin(url ?? '')
  return origin !== undefined && !isLoopback(origin)
}
