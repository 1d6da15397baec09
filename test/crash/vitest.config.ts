import { defineConfig } from 'vitest/config'

/**
 * The registry while its parts are killed at random (`npm run test:crash`). Apart from `npm test`, because it takes two
 * minutes of both cores. `CRASH_SEED=<number>` repeats the choices of a run, which prints its own.
 */
export default defineConfig({
  test: {
    name: 'crash',
    include: ['test/crash/**/*.test.ts'],
    silent: 'passed-only',
    testTimeout: 400_000,
    hookTimeout: 60_000,
  },
})
