import { defineConfig } from 'vitest/config'

/** The tiers are chosen by suffix: `*.spec.ts` pure, `*.it.ts` one part on real servers, `*.e2e.ts` the whole pipeline. */
const source = { resolve: { conditions: ['@dsf/source'] }, ssr: { resolve: { conditions: ['@dsf/source'] } } }

export default defineConfig({
  test: {
    projects: [
      { ...source, test: { name: 'unit', include: ['{apps,libs}/*/src/**/*.spec.ts', '{infra,bench,e2e}/**/*.spec.ts'] } },
    ],
  },
})
