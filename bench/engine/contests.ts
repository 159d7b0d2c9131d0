import type { Contest, Party, WorkerKind } from '../contests/contest';

type Command = Party['command'];

const party =
  (worker: WorkerKind) =>
  (command: Command, env?: Readonly<Record<string, string>>): Party => ({ worker, command, ...(env && { env }) });
const ours = party('ours');
const torch = party('torch');
const llama = party('llama');

/** What glibc does with large blocks costs PyTorch up to half of its speed; a user does not set it, its best does. */
const TUNED_MALLOC = { MALLOC_MMAP_MAX_: '0', MALLOC_TRIM_THRESHOLD_: '-1' };

const STEP = { task: 'train', model: '135M', rows: 4, length: 256 };
const FULL = { ...STEP, mode: 'full' };
const LORA = { ...STEP, mode: 'lora' };

/** Arithmetic in which the trainer works. The best one counts where a row does not ask for fp32. */
const TRAINING_WAYS = ['fp32', 'int8'];
/** Weights with which the generator works, in the same way. */
const DECODING_WAYS = ['fp32', 'int8', 'int4'];

function ourWays(ways: readonly string[], command: Command): Readonly<Record<string, Party>> {
  return Object.fromEntries(ways.map((precision) => [precision, ours({ ...command, precision })]));
}

/** A training step of 135M in every precision, and PyTorch's ways to be faster. */
function trainingContest(name: string, command: Command, peer: string): Contest {
  const fp32 = `transformers${peer} fp32`;
  const best = [fp32, `${fp32} tuned malloc`, `transformers${peer} bf16 autocast`];
  const [, tuned = '', bf16 = ''] = best;
  return {
    unit: 'tok/s',
    better: 'higher',
    processes: 'kept',
    parties: {
      ...ourWays(TRAINING_WAYS, command),
      [fp32]: torch({ ...command, precision: 'fp32' }),
      [tuned]: torch({ ...command, precision: 'fp32' }, TUNED_MALLOC),
      [bf16]: torch({ ...command, precision: 'bf16' }, TUNED_MALLOC),
    },
    rows: [
      {
        case: `training step, 135M, 4 × 256, ${name}, fp32, against transformers${peer}`,
        sense: 'times better',
        goal: 1.8,
        ours: ['fp32'],
        peer: [fp32],
      },
      {
        case: `training step, 135M, 4 × 256, ${name}, best, against PyTorch's best`,
        sense: 'times better',
        goal: 1,
        ours: TRAINING_WAYS,
        peer: best,
      },
    ],
  };
}

/** Peak memory of two steps in a process of its own. */
function memoryContest(row: string, command: Command, goal: number): Contest {
  return {
    unit: 'MB',
    better: 'lower',
    processes: 'fresh',
    parties: {
      checkpointing: ours({ ...command, task: 'train-memory', precision: 'fp32', checkpointing: true }),
      transformers: torch({ ...command, task: 'train-memory', precision: 'fp32' }),
    },
    rows: [{ case: row, sense: 'share', goal, ours: ['checkpointing'], peer: ['transformers'] }],
  };
}

const LLAMA = 'llama.cpp Q4_1';
const HF = 'transformers fp32';
/** Ways in which transformers decodes; the first is its default. */
const HF_WAYS = {
  [HF]: { precision: 'fp32', cache: 'dynamic' },
  'transformers fp32, static cache': { precision: 'fp32', cache: 'static' },
  'transformers bf16': { precision: 'bf16', cache: 'dynamic' },
  'transformers bf16, static cache': { precision: 'bf16', cache: 'static' },
};

interface DecodeGoals {
  readonly llama: number;
  readonly fp32: number;
  /** Against the best of `HF_WAYS`. */
  readonly best?: number;
  /** Ours in fp32 against transformers in fp32. */
  readonly shared?: number;
}

/** Prompts of 64 tokens and 64 new ones, greedy, over the whole call. */
function decodeContest(rows: number, goals: DecodeGoals): Contest {
  const command = { task: 'decode', rows, newTokens: 64 };
  const name = `decoding SmolLM2-135M, 64 + 64, ${rows} ${rows === 1 ? 'sequence' : 'sequences'}`;
  const ways = goals.best === undefined ? [HF] : Object.keys(HF_WAYS);
  const row = (what: string, goal: number | undefined, mine: readonly string[], peer: readonly string[]) =>
    goal === undefined ? [] : [{ case: `${name}, ${what}`, sense: 'times better' as const, goal, ours: mine, peer }];
  return {
    unit: 'tok/s',
    better: 'higher',
    processes: 'kept',
    parties: {
      ...ourWays(DECODING_WAYS, command),
      [LLAMA]: llama(command),
      ...Object.fromEntries(
        Object.entries(HF_WAYS)
          .filter(([way]) => ways.includes(way))
          .map(([way, settings]) => [way, torch({ ...command, ...settings })]),
      ),
    },
    rows: [
      ...row('int4/int8, against llama.cpp Q4_1', goals.llama, DECODING_WAYS, [LLAMA]),
      ...row('int4/int8, against transformers fp32', goals.fp32, DECODING_WAYS, [HF]),
      ...row("int4/int8, against transformers' best", goals.best, DECODING_WAYS, ways),
      ...row("fp32 sharing the trainer's weights, against transformers fp32", goals.shared, ['fp32'], [HF]),
    ],
  };
}

/** Everything that `npm run bench -- --engine` measures, by the name that `--only` takes. */
export const ENGINE_CONTESTS: Readonly<Record<string, Contest>> = {
  'train-full': trainingContest('full', FULL, ''),
  'train-lora': trainingContest('LoRA r16', LORA, ' + PEFT'),
  'train-tiny': {
    unit: 'tok/s',
    better: 'higher',
    processes: 'kept',
    parties: {
      ...ourWays(TRAINING_WAYS, { task: 'train', model: 'tiny 3M', rows: 16, length: 256, mode: 'full' }),
      SFTTrainer: torch({ task: 'sft-trainer', rows: 16, length: 256 }),
    },
    rows: [
      {
        case: "training step, tiny model (3M), 16 × 256, against TRL's SFTTrainer",
        sense: 'times better',
        goal: 2.5,
        ours: TRAINING_WAYS,
        peer: ['SFTTrainer'],
      },
    ],
  },
  'step-gflops': {
    unit: 'GF/s',
    better: 'higher',
    processes: 'kept',
    parties: {
      'forward and backward': ours({ ...FULL, task: 'gradient-gflops', precision: 'fp32' }),
      'onnxruntime MatMul': ours({ task: 'matmul-gflops', size: 2048 }),
    },
    rows: [
      {
        case: "fp32 step, 135M, 4 × 256, against onnxruntime's own 2048³ MatMul",
        sense: 'times better',
        goal: 0.95,
        ours: ['forward and backward'],
        peer: ['onnxruntime MatMul'],
      },
    ],
  },
  'memory-full': memoryContest('peak memory, 135M full with checkpointing, against transformers', FULL, 0.6),
  'memory-lora': memoryContest('peak memory, 135M LoRA r16 with checkpointing, against PEFT', LORA, 0.33),
  'decode-1': decodeContest(1, { llama: 1.1, fp32: 5 }),
  'decode-8': decodeContest(8, { llama: 2.2, fp32: 3.5 }),
  'decode-32': decodeContest(32, { llama: 3, fp32: 3.5, best: 1.3, shared: 2.5 }),
  adamw: {
    unit: 'ms',
    better: 'lower',
    processes: 'kept',
    parties: { wasm: ours({ task: 'adamw' }), fused: torch({ task: 'adamw' }) },
    rows: [
      {
        case: "AdamW, 135M parameters, against torch's fused AdamW",
        sense: 'times better',
        goal: 1,
        ours: ['wasm'],
        peer: ['fused'],
      },
    ],
  },
  load: {
    unit: 's',
    better: 'lower',
    processes: 'fresh',
    clock: 'start',
    parties: { fp32: ours({ task: 'first-token' }), transformers: torch({ task: 'first-token' }) },
    rows: [
      {
        case: 'start, load a 135M model and give the first token, against transformers',
        sense: 'times better',
        goal: 4,
        ours: ['fp32'],
        peer: ['transformers'],
      },
    ],
  },
  size: {
    unit: 'MB',
    better: 'lower',
    processes: 'fresh',
    samples: 1,
    parties: { packages: ours({ task: 'package-size' }) },
    rows: [
      {
        case: 'installed run-time packages of one platform, without Electron',
        sense: 'at most',
        goal: 120,
        ours: ['packages'],
        peer: [],
      },
    ],
  },
};
