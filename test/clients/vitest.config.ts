import { defineConfig } from 'vitest/config'

/**
 * Real package managers against the product as a user starts it (`npm run test:clients`). Apart from `npm test`,
 * because it downloads the clients.
 */
export default defineConfig({
  test: {
    name: 'clients',
    include: ['test/clients/**/*.test.ts'],
    globalSetup: ['test/clients/support/setup.ts'],
    // Clients wait for the registry half of the time, and one file waits for parts that were killed: six at once keep
    // two cores busy.
    maxWorkers: 3,
    maxConcurrency: 2,
    // A publish may wait 20 s for its verdict, and clients retry by themselves.
    testTimeout: 120_000,
    hookTimeout: 180_000,
  },
})
