import type { JobSpec } from '@contracts/jobs';
import { FUNCTIONAL_TOKENS } from '@core/tokens/functional-tokens';
import { formatInteger, formatNumber, formatPercent } from '../../lib/format';
import { translated } from '../../lib/language';
import { choiceName } from '../choices';
import type { SummaryNames } from '../definitions';

type Config<K extends JobSpec['kind']> = Extract<JobSpec, { kind: K }>['config'];

type TokensSpec = Extract<JobSpec, { kind: 'tokens' }>;

/** Two entries for each token. */
export const tokenCount = ({ tokenSet }: TokensSpec): string =>
  formatInteger(2 * (tokenSet?.tokens ?? FUNCTIONAL_TOKENS).length);

const part = (asked: number | null, there: number): number => (asked === null ? there : Math.min(asked, there));

/** Words of each wizard: title, sentence, the sentence with blanks, and the plain summary. */
export const words = translated('wizardWords', {
  tokens: {
    title: 'Add the tokens',
    sentence:
      'New entries join the vocabulary: an opening and a closing one for each functional token, the eight of the paper or your own.',
    blanks: null,
    summary: (config: Config<'tokens'>, names: SummaryNames, spec: TokensSpec) => [
      `A copy of “${names.checkpoint}” gets ${tokenCount(spec)} new tokens${spec.tokenSet ? ` of the set “${spec.tokenSet.name}”` : ''}; the model itself stays as it is.`,
      `${(spec.tokenSet?.tokens ?? []).some(({ start }) => start !== null) ? 'Each other new row' : 'Each new row'} starts from ${choiceName(config.initialisation).toLowerCase()}, with a little noise so that no two are equal.`,
      'What the model writes without the tokens stays the same.',
    ],
  },
  search: {
    title: 'Grow trees',
    sentence:
      'The model tries many ways to answer each question, step by step. What it finds becomes training material.',
    blanks:
      'Grow trees for {maxQuestions} questions with {numSimulations} walks each, no deeper than {maxDepth} steps, at temperature {temperature}.',
    summary: (config: Config<'search'>, names: SummaryNames) => {
      const count = part(config.maxQuestions, names.questionCount);
      return [
        `“${names.checkpoint}” answers ${formatInteger(count)} of the ${formatInteger(names.questionCount)} questions in “${names.questionSet}”.`,
        `Each gets a tree of ${formatInteger(config.numSimulations)} walks: up to ${formatInteger(count * config.numSimulations)} attempts in all.`,
        'Every answer is checked against the known one, so that right and wrong branches are told apart.',
        ...(config.server
          ? [`Each prompt, with its question, is sent to “${config.server}”, which writes the steps.`]
          : []),
      ];
    },
  },
  examples: {
    title: 'Make examples',
    sentence: 'Right paths of the trees become examples, some with a wrong turn that is noticed and mended.',
    blanks:
      'Take up to {maxPathsPerQuestion} right paths of each question, with up to {maxMergesPerPath} mended wrong turns in a path; leave {cleanShare} of the examples clean.',
    summary: (config: Config<'examples'>, names: SummaryNames) => [
      `From the ${formatInteger(names.treeCount)} trees of “${names.searchRun}”, up to ${formatInteger(config.maxPathsPerQuestion)} right paths of each question are taken.`,
      `About ${formatPercent(1 - config.cleanShare)} of the examples show a wrong turn, a check that finds it, and the correction; the rest go straight.`,
      config.maskWrongTail ? 'Wrong text is read but not taught.' : 'Wrong text is taught as well, as in the paper.',
      config.contaminationWords > 0
        ? 'Questions that resemble those kept for testing are left out.'
        : 'Overlap with test questions is not looked for.',
    ],
  },
  sft: {
    title: 'Fine-tune',
    sentence: 'The model learns to write the examples: when to analyse, when to check, how to mend.',
    blanks:
      'Go through the examples {epochs} times, {batchSize} at once, with a learning rate of {learningRate}; train {method}.',
    summary: (config: Config<'sft'>, names: SummaryNames) => [
      `A copy of “${names.checkpoint}” learns from ${formatInteger(names.exampleCount)} examples of “${names.dataset}”.`,
      `${formatNumber(config.epochs)} passes in batches of ${formatInteger(config.batchSize)}: about ${formatInteger(updatesOf(config, names.exampleCount))} updates.`,
      `${formatPercent(config.validationShare)} of the questions are held out, to see whether it learns or only remembers.`,
      WHAT_LEARNS[config.method === 'full' && isPartlyFrozen(config) ? 'partly' : config.method],
    ],
  },
  prm: {
    title: 'Train a judge',
    sentence: 'A copy of the model learns from the trees which steps lead to right answers: a process reward model.',
    blanks:
      'Go through the walks {epochs} times, {batchSize} at once, with a learning rate of {learningRate}; a step is worth its {labels} label.',
    summary: (config: Config<'prm'>, names: SummaryNames) => [
      `A copy of “${names.checkpoint}” gets a second head and learns from the ${formatInteger(names.treeCount)} trees of “${names.searchRun}”.`,
      config.labels === 'soft'
        ? 'A step is worth the share of right answers among the walks that went through it.'
        : 'A step is good when any walk through it came to a right answer.',
      `${formatPercent(config.validationShare)} of the questions are held out; on them its judgement is measured: ROC and calibration.`,
    ],
  },
  rl: {
    title: 'Explore',
    sentence: 'The model explores its own paths; those that lead to right answers are strengthened.',
    blanks:
      'Explore {questionsPerIteration} questions with {pathsPerQuestion} paths each, for {iterations} iterations, with {reward} reward; stay close to the fine-tuned model (KL {klCoefficient}).',
    summary: (config: Config<'rl'>, names: SummaryNames) => [
      `A copy of “${names.checkpoint}” explores ${config.maxQuestions === null ? 'all' : formatInteger(part(config.maxQuestions, names.questionCount))} questions of “${names.questionSet}”.`,
      `${formatInteger(config.iterations)} iterations with ${formatInteger(config.questionsPerIteration * config.pathsPerQuestion)} paths each: ${formatInteger(config.iterations * config.questionsPerIteration * config.pathsPerQuestion)} attempts in all.`,
      `${choiceName(config.algorithm)} learns from them; a KL weight of ${formatNumber(config.klCoefficient)} keeps it near where it began.`,
      config.evaluateQuestions > 0
        ? `Every ${formatInteger(config.evaluateEvery)} iterations it answers ${formatInteger(config.evaluateQuestions)} questions that it never trains on.`
        : 'Nothing is measured on the way.',
    ],
  },
  evaluate: {
    title: 'Evaluate',
    sentence: 'A checkpoint answers questions it has not seen; the share of right answers is kept with its interval.',
    blanks: 'Ask {maxQuestions} questions, answer {mode}, at most {maxNewTokens} tokens each.',
    summary: (config: Config<'evaluate'>, names: SummaryNames) => [
      `“${names.checkpoint}” answers ${formatInteger(part(config.maxQuestions, names.questionCount))} questions of “${names.questionSet}”.`,
      EVALUATION_SENTENCES[config.mode],
      config.responsePrefix === ''
        ? 'It is asked as it was trained.'
        : `Its response is begun with “${config.responsePrefix}”.`,
    ],
  },
  export: {
    title: 'Export',
    sentence: 'A folder is written that transformers and other programs load as it is.',
    blanks: null,
    summary: (config: Config<'export'>, names: SummaryNames) => [
      config.form === 'merged'
        ? `“${names.checkpoint}” is written as a whole model with its added tokens.`
        : `Only what LoRA added to “${names.checkpoint}” is written, to be laid over the base model.`,
      `Numbers are stored as ${config.dtype}${config.dtype === 'F32' ? ', bit for bit' : ', half the size'}.`,
      config.modelCard ? 'A model card tells where it came from and how well it does.' : 'No model card is written.',
    ],
  },
});

const EVALUATION_SENTENCES: Readonly<Record<Config<'evaluate'>['mode'], string>> = {
  greedy: 'One answer each, without chance: the same again next time.',
  search: 'Several answers each by tree search, without knowing the right one; a vote decides.',
  both: 'Once with one answer each, once by tree search with a vote.',
  samples: 'Several answers each, written one by one, without knowing the right one; a vote decides.',
};

function updatesOf(config: Config<'sft'>, examples: number): number {
  const updates = Math.ceil((config.epochs * examples * (1 - config.validationShare)) / config.batchSize);
  return Math.min(config.maxUpdates ?? Infinity, Math.max(config.minUpdates, updates));
}

/** What of the model changes, by method. */
const WHAT_LEARNS: Readonly<Record<Config<'sft'>['method'] | 'partly', string>> = {
  full: 'Every weight learns.',
  partly: 'Every weight that is not frozen learns.',
  lora: 'Small added matrices and the new token rows learn; the rest stays.',
  rows: 'The rows of the functional tokens learn; everything else stays.',
};

function isPartlyFrozen({ frozenBlocks, frozenNorms, frozenNames, embeddings }: Config<'sft'>): boolean {
  return frozenBlocks > 0 || frozenNorms || frozenNames.trim() !== '' || ['new-rows', 'frozen'].includes(embeddings);
}
