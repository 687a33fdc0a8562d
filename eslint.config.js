/** What the compiler cannot see. A rule is here because breaking it has a cost that the comment names. */
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

const stages = 'ingestor|cleaner|generator|sink-minio|indexer'

const outside = {
  regex: String.raw`^(\.\./)+(.*/)?(src|apps|libs|infra|bench|e2e|k8s|spark|batch|airflow)/`,
  message: 'Dependencies point one way, through package names: apps -> @dsf/stage -> @dsf/dataset.',
}
const stage = {
  regex: `^@dsf/(${stages})`,
  message: 'A stage is reached through its topics, never by an import.',
}
const above = { regex: `^@dsf/`, message: 'libs/dataset is the lowest layer: it imports none of ours.' }
const kafka = {
  regex: '^kafkajs(/|$)',
  message: 'Only libs/stage knows Kafka, so that transactions and offsets are right in one place.',
}
const avro = {
  regex: '^(avsc|@kafkajs/)',
  message: 'Records are read and written by libs/stage; the schemas come from @dsf/dataset.',
}
const nest = {
  regex: '^@nestjs/',
  message: 'libs/dataset is plain functions, which scripts and specs call without a container.',
}

const imports = (files, ...patterns) => ({
  files,
  rules: { 'no-restricted-imports': ['error', { patterns }] },
})

const syntax = (...entries) => ['error', ...entries.map(([selector, message]) => ({ selector, message }))]
const exportAll = [
  'ExportAllDeclaration',
  'Name each export: what a package promises is to be read in its index.ts.',
]
const exportDefault = [
  'ExportDefaultDeclaration',
  'Export by name: one name, found by search, for one thing.',
]

export default defineConfig(
  { ignores: ['**/dist', '**/node_modules', '.nx', '.run', 'bench/results'] },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
  },
  {
    files: ['**/*.ts'],
    extends: [tseslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: { project: 'tsconfig.check.json', tsconfigRootDir: import.meta.dirname },
    },
    rules: {
      // The strict set brings: no floating or misused promises, no any and nothing made of it, only Errors are thrown,
      // no condition that cannot fail, nothing deprecated. Beyond it, a new kind of something is handled everywhere:
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
      eqeqeq: ['error', 'always', { null: 'ignore' }],

      // A reader's budget. Comments are free.
      'max-lines': ['error', { max: 250, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipComments: true }],
      complexity: ['error', { max: 10, variant: 'modified' }],

      // Imports say what is erased: Node runs these files as they are.
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/no-import-type-side-effects': 'error',
      'no-restricted-syntax': syntax(exportAll, exportDefault),

      '@typescript-eslint/no-unused-vars': [
        'error',
        { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true },
      ],

      // Off, with the reason.
      '@typescript-eslint/no-non-null-assertion': 'off', // arrays are walked by index in hot loops, under noUncheckedIndexedAccess
      '@typescript-eslint/restrict-template-expressions': 'off', // numbers and undefined in messages are what we want to see there
      '@typescript-eslint/no-confusing-void-expression': 'off', // `() => stop()` reads better than the block
      '@typescript-eslint/require-await': 'off', // interfaces of Kafka and Nest ask for async methods that have nothing to await
      '@typescript-eslint/no-meaningless-void-operator': 'off', // `void` marks an answer that nobody needs
      '@typescript-eslint/no-extraneous-class': 'off', // a Nest module is an empty class
      '@typescript-eslint/no-invalid-void-type': 'off', // `void | Promise<void>`: a callback may be async or not
      '@typescript-eslint/no-unnecessary-type-parameters': 'off', // a type parameter may stand for a cast at the call
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off', // Nest's options are classes that one fills by literals
      '@typescript-eslint/no-unsafe-enum-assignment': 'off', // there are no enums (erasableSyntaxOnly), and it is slow
      '@typescript-eslint/no-unsafe-enum-comparison': 'off',
    },
  },

  imports(['apps/**/*.ts'], outside, stage, kafka, avro),
  imports(['libs/stage/**/*.ts'], outside, stage),
  imports(['libs/dataset/src/**/*.ts'], outside, above, kafka, nest),
  imports(['infra/**/*.ts'], stage, kafka, {
    regex: String.raw`^(\.\./)+(apps|libs|bench|e2e|k8s|spark|batch|airflow)/`,
    message: 'Infrastructure starts the stages; it does not link to them.',
  }),
  // what delivery costs is measured below libs/stage
  { ...imports(['bench/**/*.ts'], kafka), ignores: ['bench/at-least-once.ts', 'bench/delivery.ts'] },
  // on real servers, which e2e/support starts; what the stage wrote is read back with a client of its own
  imports(['{apps,libs}/**/*.it.ts'], stage),

  {
    // Every variable is in one table, checked at boot.
    files: ['{apps,libs}/**/*.ts'],
    ignores: ['**/config.ts', '**/env.ts'],
    rules: {
      'no-restricted-properties': [
        'error',
        {
          object: 'process',
          property: 'env',
          message: 'Declare the variable in config.ts; the environment is read once, at boot.',
        },
      ],
    },
  },
  {
    // A stage logs lines that programs read.
    files: ['{apps,libs}/**/*.ts'],
    rules: { 'no-console': 'error' },
  },
  {
    files: ['{apps,libs}/*/src/*/**/index.ts', '{infra,bench,e2e}/**/index.ts'],
    rules: {
      'no-restricted-syntax': syntax([
        'Program',
        'Only a package has an index.ts; inside it, import the file itself.',
      ]),
    },
  },
  {
    // Specs are lists of cases, and take JSON apart on purpose.
    files: ['**/*.{spec,it,e2e}.ts', 'libs/*/testing/**/*.ts', 'e2e/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 500, skipComments: true }],
      'max-lines-per-function': 'off',
      '@typescript-eslint/no-explicit-any': 'off',
      '@typescript-eslint/no-unnecessary-condition': 'off', // what the types promise is what is in question
      '@typescript-eslint/no-unsafe-argument': 'off',
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      '@typescript-eslint/no-unsafe-member-access': 'off',
      '@typescript-eslint/no-unsafe-return': 'off',
      '@typescript-eslint/unbound-method': 'off', // doubles are made of methods
      '@typescript-eslint/no-misused-spread': 'off', // spreading a string into its code units is the test
    },
  },
  {
    // Their tools ask for a default export.
    files: ['*.config.ts'],
    rules: { 'no-restricted-syntax': syntax(exportAll) },
  },
)
