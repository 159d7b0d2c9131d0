import { defineConfig } from 'oxlint';

/** The rooms of src/core in the order in which they may use each other: a later room may import an earlier one, never the reverse. */
const CORE_ROOMS = [
  ['random', 'tensor', 'formats'],
  ['graph'],
  ['ops'],
  ['autodiff'],
  ['nn', 'optim'],
  ['models', 'tokenizer'],
  ['tokens', 'tasks', 'rewards', 'generation'],
  ['remote'],
  ['search'],
  ['dataset'],
  ['train'],
  ['eval'],
  ['export'],
];

/** Types that describe data to every room, wherever they lie. */
const SHARED_TYPES = ['!../**/models/model-config', '!../**/*-config'];

/** Tests may reach for executors and fixtures from anywhere. */
const TESTS = ['**/*.test.ts', '**/*.test.tsx', '**/testing/**'];

interface Forbidden {
  group: string[];
  message: string;
}
const upward = (message: string, group: string[]): Forbidden => ({ group, message });

function forbid(patterns: Forbidden[]): { 'no-restricted-imports': ['error', { patterns: Forbidden[] }] } {
  return { 'no-restricted-imports': ['error', { patterns }] };
}

/** One block per room of src/core: what it may not import. */
function coreOverrides() {
  const outside = upward('core is pure: it imports core and zod, nothing else.', [
    'node:*',
    '@contracts/*',
    '@core/*',
    '**/main/**',
    '**/renderer/**',
    'electron',
    'onnxruntime-*',
    'better-sqlite3',
    'react*',
    'ws',
  ]);
  return CORE_ROOMS.flatMap((rooms, rank) => {
    const later = CORE_ROOMS.slice(rank + 1).flat();
    const patterns = [
      outside,
      ...(later.length === 0
        ? []
        : [
            upward(`A later room of core; ${rooms.join(', ')} must not know it.`, [
              ...later.map((room) => `../**/${room}/**`),
              ...SHARED_TYPES,
            ]),
          ]),
    ];
    return {
      files: rooms.map((room) => `src/core/${room}/**/*.ts`),
      excludeFiles: TESTS,
      rules: forbid(patterns),
    };
  });
}

/** The other rooms: files, and what they may not import. */
const ROOMS: readonly { files: string[]; forbidden: Forbidden[] }[] = [
  {
    files: ['src/contracts/**/*.ts'],
    forbidden: [
      upward('contracts are shared by all processes: core, zod and oRPC contracts only.', [
        'node:*',
        '**/main/**',
        '**/renderer/**',
        'electron',
        'onnxruntime-*',
        'better-sqlite3',
        'react*',
        'ws',
        '@orpc/server*',
        '@orpc/client*',
      ]),
    ],
  },
  {
    files: ['src/renderer/**/*.{ts,tsx}'],
    forbidden: [
      upward('The window talks to the host through contracts.', [
        'node:*',
        '**/main/**',
        'electron',
        'onnxruntime-*',
        'better-sqlite3',
        'ws',
        '@orpc/server*',
      ]),
      upward('From core the window takes only what is safe to draw with.', [
        '@core/{tensor,graph,ops,autodiff,nn,optim,models,generation,dataset,formats,export,tokenizer}/**',
        '@core/train/**',
        '!@core/**/*-config',
      ]),
    ],
  },
  {
    files: ['src/main/engine/**/*.ts'],
    forbidden: [
      upward('The engine knows core and contracts; no store, no shell, no host.', [
        'electron',
        'better-sqlite3',
        '**/host/**',
        '**/shell/**',
        '**/renderer/**',
        'react*',
        'ws',
      ]),
    ],
  },
  {
    files: ['src/main/host/**/*.ts'],
    forbidden: [
      upward('The host serves both shells and never computes: no electron, no tensors.', [
        'electron',
        'onnxruntime-*',
        '**/shell/**',
        '**/renderer/**',
        'react*',
        '@core/{tensor,graph,ops,autodiff,nn,optim,generation}/**',
      ]),
    ],
  },
  {
    files: ['src/main/shell/**/*.ts', 'src/main/index.ts', 'src/preload/**/*.ts'],
    forbidden: [
      upward('The shell opens windows and starts the host; it computes nothing.', [
        '@core/**',
        'onnxruntime-*',
        'better-sqlite3',
        '**/host/**',
        '**/engine/**',
        '**/renderer/**',
        'react*',
        'ws',
      ]),
    ],
  },
];

function roomOverrides() {
  return ROOMS.map(({ files, forbidden }) => ({
    files,
    excludeFiles: TESTS,
    rules: forbid(forbidden),
  }));
}

export default defineConfig({
  plugins: ['typescript', 'import', 'unicorn', 'oxc', 'react', 'jsx-a11y', 'vitest'],
  categories: { correctness: 'error' },
  ignorePatterns: ['node_modules', 'out', 'dist', '.tools', '.peers', 'coverage', 'test-results'],
  rules: {
    'import/no-cycle': 'error',
    'import/no-default-export': 'error',
    'typescript/no-explicit-any': 'error',
    // The second argument of expect() names the case; vitest allows it.
    'vitest/valid-expect': 'off',
    // A copy taken before the walk is what lets the walk remove entries.
    'unicorn/no-useless-spread': 'off',
    // Properties assert through fast-check, and a union is narrowed before its parts are compared.
    'vitest/expect-expect': 'off',
    'vitest/no-conditional-expect': 'off',
    // Scrollable regions must be reachable by keyboard, and <output>/<section> say less than the roles we mean.
    'jsx-a11y/no-noninteractive-tabindex': 'off',
    'jsx-a11y/prefer-tag-over-role': 'off',
    // Lists and trees move one focus inside a container that hears the keys; axe looks at the result in e2e.
    'jsx-a11y/click-events-have-key-events': 'off',
    'jsx-a11y/interactive-supports-focus': 'off',
    'jsx-a11y/no-static-element-interactions': 'off',
    'jsx-a11y/no-noninteractive-element-interactions': 'off',
    // A field that a press of a button has just opened takes the focus, as a dialog does.
    'jsx-a11y/no-autofocus': 'off',
    // Rules of the React compiler, which is not used here.
    'react/incompatible-library': 'off',
    'react/purity': 'off',
    'react/refs': 'off',
    'react/set-state-in-effect': 'off',
    // "then" is a word in texts.
    'unicorn/no-thenable': 'off',
  },
  overrides: [
    ...coreOverrides(),
    ...roomOverrides(),
    { files: ['**/*.config.ts', '**/*.config.mjs'], rules: { 'import/no-default-export': 'off' } },
    { files: TESTS, rules: { 'no-unsafe-optional-chaining': 'off' } },
    // Playwright's `use` is no hook, and its tests are no vitest tests.
    { files: ['e2e/**'], rules: { 'react/rules-of-hooks': 'off', 'no-empty-pattern': 'off' } },
  ],
});
