import { availableParallelism } from 'node:os'
import { defineConfig } from 'vitest/config'
import { LongestFirst } from './test/support/longest-first.ts'

/**
 * The suites, cheapest first. `npm test` runs all but `infra`, which is slow and asked for by name. A group starts when
 * the one before it is done, so that unit tests never share the machine with a running registry. Groups count from 1:
 * with one worker, vitest runs group 0 last. The suite of real clients is apart: test/clients/vitest.config.ts.
 */
export default defineConfig({
  test: {
    // The product logs every request; that is worth reading only beside a failure.
    silent: 'passed-only',
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/unit/**/*.test.ts', 'test/runtimes/**/*.test.ts'],
          // Hashing passwords and property tests take seconds when the machine is busy; workerd takes some to start.
          testTimeout: 15_000,
          hookTimeout: 30_000,
          // Of two cores, vitest would leave one idle.
          maxWorkers: Math.max(2, availableParallelism() - 1),
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'infra',
          include: ['test/infra/**/*.test.ts'],
          // Synthesis takes seconds, and the rules of cdk-nag as long again.
          testTimeout: 60_000,
          hookTimeout: 120_000,
          fileParallelism: false,
          // One process: it takes seconds to load the CDK, and its checks of templates
          isolate: false,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          name: 'contract',
          include: ['test/contract/**/*.test.ts'],
          testTimeout: 30_000,
          hookTimeout: 30_000,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          name: 'flows',
          include: ['test/flows/**/*.test.ts'],
          globalSetup: ['test/support/shared-servers.ts'],
          testTimeout: 60_000,
          hookTimeout: 60_000,
          // Each file starts a whole registry, and waits for it half of the time: four keep two cores busy.
          maxWorkers: 4,
          // Each file in a process of its own would spend seconds on loading the same modules again.
          isolate: false,
          sequence: { groupOrder: 4 },
        },
      },
    ],
  },
})
