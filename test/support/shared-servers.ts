import type { TestProject } from 'vitest/node'
import { givenEndpoint, serviceNames } from './given-storage.ts'
import { type LocalServers, localAccount, startServers } from './local-servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What all files of a project share; undefined where each file starts its own. */
    localServers?: LocalServers
  }
}

/**
 * Local servers for a whole project, in vitest's main process: started once, and beside the tests rather than in them.
 * None where the tests are to run against others.
 */
export async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  if (serviceNames.some((name) => givenEndpoint(name) !== undefined)) return undefined
  const { close, ...servers } = await startServers(serviceNames, localAccount())
  project.provide('localServers', servers)
  return close
}
