import tsParser from '@typescript-eslint/parser'
import vue from 'eslint-plugin-vue'
import ts from 'typescript-eslint'

/** Folders of `main/` that a folder may not import. `docs/architecture.md` has the whole table; `test/layers.test.ts` checks it. */
const forbid = (patterns, message) => ({ 'no-restricted-imports': ['error', { patterns: [{ group: patterns, message }] }] })

export default ts.config(
  { ignores: ['dist/**', 'node_modules/**', 'coverage/**', 'resources/**', 'bench/peers/**'] },
  ...ts.configs.recommended,
  ...vue.configs['flat/recommended'],
  {
    languageOptions: { parserOptions: { parser: tsParser } },
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/no-non-null-assertion': 'off', // noUncheckedIndexedAccess makes `!` the plain way to say "in range"
      'no-restricted-syntax': ['error', { selector: 'TSEnumDeclaration', message: 'Node runs this file as it is: use a union or a const object.' }],
      eqeqeq: 'error',
      'max-lines': ['error', 400],
      'vue/max-attributes-per-line': 'off',
      'vue/singleline-html-element-content-newline': 'off',
      'vue/html-self-closing': ['error', { html: { void: 'always' } }],
      'vue/html-indent': 'off',
      'vue/html-closing-bracket-newline': 'off',
      'vue/first-attribute-linebreak': 'off',
      'vue/multiline-html-element-content-newline': 'off',
      'vue/attributes-order': 'off',
      'vue/require-default-prop': 'off',
    },
  },
  { files: ['**/*.mjs', '**/*.js'], languageOptions: { globals: { process: 'readonly', console: 'readonly' } } },
  { files: ['renderer/**'], rules: forbid(['electron', 'node:*', '**/main/{tensorflow,training,log,engine,serve,cli}/**'], 'The window sees main/contract only.') },
  { files: ['main/contract/**', 'main/methods/*/{config,report}.ts'], rules: forbid(['node:*', '@tensorflow/*', 'better-sqlite3', '**/{tensorflow,training,log,engine,serve,cli}/**'], 'The contract runs anywhere: zod only.') },
  { files: ['main/methods/*/distributions/*.ts'], ignores: ['**/*.test.ts'], rules: forbid(['node:*', '@tensorflow/*', 'better-sqlite3', '**/{tensorflow,training,log,engine,serve,cli}/**'], 'The window draws with this too: no Node, no TensorFlow.') },
  { files: ['main/{engine,serve,cli,training,methods,tensorflow}/**'], rules: forbid(['better-sqlite3', 'electron', '**/renderer/**', '**/electron/**'], 'SQLite has one door (main/log), Electron one (electron/).') },
  { files: ['main/**'], ignores: ['main/tensorflow/**'], rules: { '@typescript-eslint/no-restricted-imports': ['error', { paths: [{ name: '@tensorflow/tfjs', allowTypeImports: true, message: 'Import { tf } from main/tensorflow/tf.ts.' }, { name: 'koffi', message: 'The C library has one door: main/tensorflow.' }] }] } },
)
