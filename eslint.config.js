/** What the compiler cannot see. A rule is here because breaking it has a cost that the comment names. */
import { dirname, join, relative } from 'node:path'
import { defineConfig } from 'eslint/config'
import tseslint from 'typescript-eslint'

/** What of this tree a folder may import beside itself: packages by name, others by path. The longest name that fits a file counts. */
const mayImport = {
  'libs/dataset': [],
  'libs/stage': ['@dsf/dataset'],
  'libs/store': ['@dsf/stage'],
  apps: ['@dsf/dataset', '@dsf/stage', '@dsf/store'],
  infra: ['@dsf/dataset'],
  // a dry run is the stages' own functions, and what was imported is looked at
  'infra/cli': ['@dsf/dataset', 'apps/ingestor', 'apps/cleaner', 'dashboards'],
  dashboards: ['@dsf/dataset', 'infra/local'],
  bench: ['@dsf/dataset', 'apps', 'infra'],
  batch: ['libs/dataset', 'apps'],
  'e2e/fuzz': ['@dsf/dataset', 'apps/ingestor', 'infra/cli'],
  e2e: ['libs', 'infra', 'dashboards', 'bench', 'vitest.config.ts'],
}
/** Tests on real servers start them, and find beside them a file to import and what reads back what came out. */
const testsMayImport = ['e2e/support', 'infra/feed']
/** Rooms of a package, in order: a file imports from its own and from those before it. */
const rooms = {
  'libs/dataset/src': ['times', 'definition', 'cells', 'computing', 'records', 'flow', 'loading'],
  'libs/stage/src': ['health', 'settings', 'http', 'kafka', 'batches', 'lanes', 'datasets'],
  'apps/ingestor/src': ['reading', 'sources', 'refused', 'importing', 'runs', 'quarantine'],
  infra: ['client', 'local', 'demo'],
}

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

/** Every way to name another file: import, export from, import() and the type import(). */
const oneWay = {
  create(context) {
    const file = relative(import.meta.dirname, context.filename)
    const own = packageOf(file)
    const known = Object.keys(mayImport).filter((folder) => isIn(file, folder))
    const others = mayImport[known.sort((one, other) => other.length - one.length)[0]] ?? []
    const allowed = [own, ...others, ...(file.endsWith('.it.ts') ? testsMayImport : [])]
    const check = ({ source }) => {
      const target = source ? targetOf(file, String(source.value)) : undefined
      if (target === undefined) return
      if (isLaterRoom(file, target))
        context.report({
          node: source,
          message: `${target} is in a later room: see "rooms" in eslint.config.js.`,
        })
      if (allowed.some((folder) => isIn(target, folder))) return
      const message = `${own} imports ${others.join(', ') || 'nothing else of this tree'}, and not ${target}: see "Code map" in ARCHITECTURE.md.`
      context.report({ node: source, message })
    }
    return {
      ImportDeclaration: check,
      ExportNamedDeclaration: check,
      ExportAllDeclaration: check,
      ImportExpression: check,
      TSImportType: check,
    }
  },
}

const isIn = (path, folder) => path === folder || path.startsWith(`${folder}/`)
const packageOf = (path) =>
  path
    .split('/')
    .slice(0, /^(apps|libs)\//.test(path) ? 2 : 1)
    .join('/')

const isTest = (file) => /\.(spec|it)\.ts$/.test(file)

const isLaterRoom = (file, target) =>
  !isTest(file) &&
  Object.entries(rooms).some(([folder, inOrder]) => {
    const placeOf = (path) => inOrder.findIndex((room) => isIn(path, `${folder}/${room}`))
    return placeOf(file) >= 0 && placeOf(target) > placeOf(file)
  })

/** The package or file of this tree that is meant; undefined for everybody else's. */
const targetOf = (file, specifier) =>
  specifier.startsWith('@dsf/')
    ? specifier
    : specifier.startsWith('.')
      ? join(dirname(file), specifier)
      : undefined

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

  {
    files: ['**/*.ts'],
    plugins: { dsf: { rules: { 'one-way': oneWay } } },
    rules: { 'dsf/one-way': 'error' },
  },
  imports(['{apps,libs/store}/**/*.ts'], kafka, avro),
  imports(['libs/dataset/**/*.ts'], kafka, nest),
  // what delivery costs is measured below libs/stage; the local stack asks a broker whether it serves
  {
    ...imports(['{infra,dashboards,bench,batch}/**/*.ts'], kafka),
    ignores: ['bench/at-least-once.ts', 'bench/delivery.ts', 'infra/local/probes/kafka.ts'],
  },

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
    files: ['*.config.ts', 'e2e/support/failures-last.ts'],
    rules: { 'no-restricted-syntax': syntax(exportAll) },
  },
)
