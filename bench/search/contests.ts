import type { Contest, Party } from '../contests/contest';

type Command = Party['command'];

const ours = (command: Command): Party => ({ worker: 'ours', command });
const torch = (command: Command): Party => ({ worker: 'torch', command });

/** Weights with which the generator works; the best one counts. */
const WAYS = ['fp32', 'int8', 'int4'];
const SERIAL = 'transformers fp32, one node at a time';

function ourWays(command: Command): Readonly<Record<string, Party>> {
  return Object.fromEntries(WAYS.map((precision) => [precision, ours({ ...command, precision })]));
}

/** The budget of the comparison: 8 children, depth 6, 16 rollouts, 64 new tokens a step. */
const BUDGET = { children: 8, depth: 6, rollouts: 16, newTokens: 64 };
/** All walks of a tree at once, kept apart by virtual losses. */
const TREE = { task: 'search', ...BUDGET, walks: 16 };

/** One search of ours against two rollouts of one by `generate` calls. */
function againstSerial(row: string, goal: number, trees: number, measure: string, better: Contest['better']): Contest {
  return {
    unit: better === 'lower' ? 's per expansion' : 'new tok/s',
    better,
    processes: 'kept',
    samples: 1,
    limitSeconds: 900,
    parties: {
      ...ourWays({ ...TREE, trees, measure }),
      [SERIAL]: torch({ task: 'serial-search', ...BUDGET, rollouts: 2, trees: 1, measure }),
    },
    rows: [{ case: row, sense: 'times better', goal, ours: WAYS, peer: [SERIAL] }],
  };
}

/** Everything that `npm run bench -- --search` measures, by the name that `--only` takes. */
export const SEARCH_CONTESTS: Readonly<Record<string, Contest>> = {
  question: againstSerial(
    'one GSM8K question, 8 children, depth 6, 16 rollouts, 64 new tokens a step, against serial search with transformers',
    15,
    1,
    'seconds per expansion',
    'lower',
  ),
  'eight-questions': againstSerial(
    'eight questions at once, same budget, against serial search with transformers',
    20,
    8,
    'new tokens per second',
    'higher',
  ),
  prefixes: {
    unit: 'tokens',
    better: 'lower',
    processes: 'fresh',
    samples: 1,
    limitSeconds: 900,
    parties: {
      computed: ours({ ...TREE, trees: 1, measure: 'computed tokens' }),
      distinct: ours({ ...TREE, trees: 1, measure: 'distinct tokens' }),
    },
    rows: [
      {
        case: "tokens computed for that search, against the tokens of its tree's distinct prefixes",
        sense: 'share',
        goal: 1.1,
        ours: ['computed'],
        peer: ['distinct'],
      },
    ],
  },
  siblings: {
    unit: 'tok/s',
    better: 'higher',
    processes: 'kept',
    parties: {
      ...ourWays({ task: 'siblings', rows: 8, sharedTokens: 512, newTokens: 64 }),
      'llama.cpp Q4_1': { worker: 'llama', command: { rows: 8, sharedTokens: 512, newTokens: 64 } },
    },
    rows: [
      {
        case: '8 children of one prompt of 512 tokens, against llama.cpp with shared prefix',
        sense: 'times better',
        goal: 2,
        ours: WAYS,
        peer: ['llama.cpp Q4_1'],
      },
    ],
  },
  'rl-step': {
    unit: 's',
    better: 'lower',
    processes: 'kept',
    parties: {
      ...ourWays({ task: 'rl-step', rows: 64, children: 8, length: 32, newTokens: 64 }),
      GRPOTrainer: torch({ task: 'grpo-trainer', rows: 64, group: 8, length: 32, newTokens: 64 }),
    },
    rows: [
      {
        case: "RL step, 3M model, 64 paths × 64 tokens, generation and update, against TRL's GRPOTrainer",
        sense: 'times better',
        goal: 2.5,
        ours: WAYS,
        peer: ['GRPOTrainer'],
      },
    ],
  },
  'tree-or-plain': {
    unit: 'new tok/s',
    better: 'higher',
    processes: 'kept',
    limitSeconds: 600,
    parties: {
      tree: ours({ ...TREE, trees: 4, measure: 'new tokens per second' }),
      plain: ours({ ...TREE, task: 'plain-sampling', trees: 4 }),
    },
    rows: [
      {
        case: 'tree search, against plain sampling of as many paths',
        sense: 'times better',
        goal: 0.85,
        ours: ['tree'],
        peer: ['plain'],
      },
    ],
  },
  memory: {
    unit: 'MB',
    better: 'lower',
    processes: 'fresh',
    samples: 1,
    limitSeconds: 1800,
    parties: {
      search: ours({ ...TREE, task: 'search-memory', trees: 16, depth: 15, walks: 4, newTokens: 32 }),
    },
    rows: [
      {
        case: 'memory of 16 trees × 16 rollouts × depth 15, SmolLM2-135M, over the weights',
        sense: 'at most',
        goal: 1500,
        ours: ['search'],
        peer: [],
      },
    ],
  },
  waiting: {
    unit: 'share',
    better: 'lower',
    processes: 'kept',
    parties: { search: ours({ task: 'waiting-share' }) },
    rows: [
      {
        case: 'share of wall time in which the engine process waits for anything but arithmetic',
        sense: 'at most',
        goal: 0.1,
        ours: ['search'],
        peer: [],
      },
    ],
  },
};
