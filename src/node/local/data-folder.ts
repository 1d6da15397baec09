import { accessSync, constants, existsSync, mkdirSync } from 'node:fs'
import { folderProblem } from './lock.ts'

/**
 * Makes the data folder when it is absent, readable by its owner only.
 * @throws StartProblem when it cannot be made or written to
 */
export function openDataFolder(dataDirectory: string): void {
  try {
    if (!existsSync(dataDirectory)) mkdirSync(dataDirectory, { recursive: true, mode: 0o700 })
    accessSync(dataDirectory, constants.R_OK | constants.W_OK | constants.X_OK)
  } catch (error) {
    throw folderProblem(dataDirectory, error)
  }
}
