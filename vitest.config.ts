import { defineConfig } from 'vitest/config'

/** The tiers are chosen by suffix: `*.spec.ts` pure, `*.it.ts` one part on real servers, `*.e2e.ts` the whole pipeline, `*.secure.ts` servers that ask who comes. */
const source = { resolve: { conditions: ['@dsf/source'] }, ssr: { resolve: { conditions: ['@dsf/source'] } } }

/** One stack for all of both tiers, so one file at a time. What is waited for says itself when it does not come. */
const upper = { fileParallelism: false, testTimeout: 240_000, hookTimeout: 240_000 }

export default defineConfig({
  test: {
    reporters: ['default', './e2e/support/failures-last.ts'],
    projects: [
      {
        ...source,
        test: {
          name: 'unit',
          // what hangs is found; how long something takes on a busy machine is no test
          testTimeout: 30_000,
          include: ['{apps,libs}/*/src/**/*.spec.ts', '{infra,bench,e2e,dashboards}/**/*.spec.ts'],
        },
      },
      {
        ...source,
        test: {
          ...upper,
          name: 'it',
          include: ['{apps,libs}/*/src/**/*.it.ts'],
          globalSetup: ['e2e/support/servers.setup.ts'],
          sequence: { groupOrder: 1 },
        },
      },
      {
        ...source,
        test: {
          ...upper,
          name: 'e2e',
          include: ['e2e/**/*.e2e.ts'],
          globalSetup: ['e2e/support/stages.setup.ts'],
          sequence: { groupOrder: 2 },
        },
      },
      {
        ...source,
        test: {
          ...upper,
          name: 'secure',
          include: ['e2e/**/*.secure.ts'],
          globalSetup: ['e2e/support/stages.setup.ts'],
          sequence: { groupOrder: 3 },
        },
      },
    ],
  },
})
