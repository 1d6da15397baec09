import { existsSync } from 'node:fs'

/** Where distributions put it; macOS has Chrome. */
const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
]

/** The program of a Chromium. @throws Error that says how to get one */
export function findChromium(): string {
  const named = process.env['DECKLE_TEST_CHROMIUM']
  const found = named === undefined ? places.find((path) => existsSync(path)) : named
  if (found !== undefined && existsSync(found)) return found
  throw new Error(
    named === undefined
      ? 'These tests need a Chromium, and none is installed. On Debian: apt-get install chromium. One elsewhere is named by DECKLE_TEST_CHROMIUM.'
      : `DECKLE_TEST_CHROMIUM names ${named}, and there is no such file.`,
  )
}
