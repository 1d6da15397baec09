import { mkdtempSync, readdirSync, rmdirSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestProject } from 'vitest/node'
import { findChromium } from './chromium.ts'

declare module 'vitest' {
  interface ProvidedContext {
    chromium: string
    /** Where tests put what they saw, for somebody to look at. */
    screenshots: string
  }
}

const screenshots = mkdtempSync(join(tmpdir(), 'deckle-screenshots-'))

/** Before the first test: the browser must be there. @throws Error that says how to get one */
export function setup(project: TestProject): void {
  project.provide('chromium', findChromium())
  project.provide('screenshots', screenshots)
}

export function teardown(): void {
  const count = readdirSync(screenshots).length
  if (count === 0) rmdirSync(screenshots)
  else process.stdout.write(`${count} screenshots are in ${screenshots}\n`)
}
