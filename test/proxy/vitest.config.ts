import { defineConfig } from 'vitest/config'

/**
 * `docs/proxy/nginx.conf` in front of the product as a team runs it (`npm run test:proxy`). Apart from `npm test`,
 * because it needs nginx and openssl, and downloads the clients.
 */
export default defineConfig({
  test: {
    name: 'proxy',
    include: ['test/proxy/**/*.test.ts'],
    globalSetup: ['test/proxy/support/setup.ts'],
    // Each file starts an nginx; one of them a whole registry too.
    fileParallelism: false,
    // A publish may wait 20 s for its verdict, and clients retry by themselves.
    testTimeout: 120_000,
    hookTimeout: 120_000,
  },
})
