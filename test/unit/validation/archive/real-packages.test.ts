import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { walk } from './walking.ts'

/** Packages that Deckle itself uses, packed again by the npm of this machine. */
const packages = ['hono', 'semver', 'path-to-regexp', 'aws4fetch']

describe('npm pack', () => {
  let folder = ''

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'deckle-pack-'))
    const options = ['pack', '--offline', '--ignore-scripts', '--silent', '--pack-destination', folder]
    execFileSync('npm', [...options, ...packages.map((name) => `./node_modules/${name}`)], { stdio: 'pipe' })
  }, 60_000)

  afterAll(() => rmSync(folder, { recursive: true }))

  test.each(packages)('%s is accepted as npm packs it', async (name) => {
    const file = readdirSync(folder).find((candidate) => candidate.replace(/-[0-9].*$/, '') === name)
    const walked = await walk(readFileSync(join(folder, file ?? '')))
    expect(walked.findings).toEqual([])
    expect(walked.complete).toBe(true)
    expect(walked.contents['package/package.json']).toBe(readFileSync(`node_modules/${name}/package.json`, 'latin1'))
  })
})
