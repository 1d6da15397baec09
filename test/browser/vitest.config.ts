import { defineConfig } from 'vitest/config'

/**
 * The web pages in a real browser (`npm run test:browser`). Apart from `npm test`, because it needs a Chromium, which
 * npm cannot bring along in a way that every machine trusts.
 */
export default defineConfig({
  test: {
    name: 'browser',
    include: ['test/browser/**/*.test.ts'],
    globalSetup: ['test/browser/support/setup.ts'],
    silent: 'passed-only',
    // Each file starts a whole registry and a browser.
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 120_000,
  },
})
