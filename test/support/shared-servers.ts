import type { TestProject } from 'vitest/node'
import { type LocalServers, startServers } from './local-servers.ts'

declare module 'vitest' {
  interface ProvidedContext {
    /** What all files of a project share; undefined where each file starts its own. */
    localServers?: LocalServers
  }
}

/** Local servers for a whole project, in vitest's main process: started once, and beside the tests rather than in them. */
export async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { close, ...servers } = await startServers(['s3', 'dynamodb', 'sqs'])
  project.provide('localServers', servers)
  return close
}
