import { defineConfig } from 'vitest/config'

/**
 * The suite of `npm run test:aws`: what is run once more against servers that are not ours. The flows are those that
 * between them make every kind of request to AWS that Deckle makes, under concurrency and with what recovers from a
 * crash; all others are about what Deckle decides, which no server changes.
 */
const flows = ['publish', 'access', 'unpublish', 'concurrent-publish', 'settle-crash', 'events']

export default defineConfig({
  test: {
    name: 'aws',
    include: ['test/contract/{s3,dynamodb,sqs}.test.ts', `test/flows/{${flows.join(',')}}.test.ts`],
    setupFiles: ['test/aws/known-differences.ts'],
    silent: 'passed-only',
    fileParallelism: false,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A process may die after any of a dozen writes: what may differ here is only how storage takes it
    env: { DECKLE_TEST_EVERY_NTH_DEATH: '3' },
  },
})
