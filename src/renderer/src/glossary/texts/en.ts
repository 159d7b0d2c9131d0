import { translated } from '../../lib/language';

/** One word of the field. */
export interface GlossaryEntry {
  readonly name: string;
  /** Ways in which it stands in a sentence; the first one that is found is explained there. Empty: only named places explain it. */
  readonly forms: readonly string[];
  /** Two plain sentences. */
  readonly meaning: string;
}

/** THE table of terms: the guide lists it, pages explain from it in place. A new term is a row here and one in each language. */
export const glossary = translated('glossary', {
  functionalToken: {
    name: 'functional token',
    forms: ['functional tokens', 'functional token', 'the tokens'],
    meaning:
      'A new word of the vocabulary that opens or closes a kind of thought, such as verify or refine. The model learns when each one helps.',
  },
  tree: {
    name: 'search tree',
    forms: ['search tree', 'a tree'],
    meaning:
      'All attempts at one question, sharing their beginnings: each branch is another way to go on. Right and wrong ends show which steps help.',
  },
  simulation: {
    name: 'simulation (walk)',
    forms: ['simulations', 'simulation', 'walks'],
    meaning:
      'One pass through the tree: go down along promising steps, try something new, reach an answer, and report back whether it was right.',
  },
  rollout: {
    name: 'rollout (path)',
    forms: ['rollouts', 'rollout', 'its own paths', 'own paths'],
    meaning: 'One complete attempt, from the question to an answer, written by the model itself.',
  },
  visits: {
    name: 'visits',
    forms: ['visits'],
    meaning: 'How often the search passed through a step. What looks promising is visited more.',
  },
  value: {
    name: 'value',
    forms: [],
    meaning: 'The mean result of all attempts through a step, from 0 (never right) to 1 (always right).',
  },
  prior: {
    name: 'prior',
    forms: [],
    meaning: 'How likely the model itself finds a step before anything was tried. PUCT looks where it is high first.',
  },
  uct: {
    name: 'UCT',
    forms: ['UCT', 'PUCT'],
    meaning:
      'The rule by which the search chooses a branch: its value so far, plus a bonus for branches that were visited seldom.',
  },
  mergedPath: {
    name: 'mended wrong turn',
    forms: ['mended wrong turns', 'mended wrong turn', 'wrong turn'],
    meaning:
      'A wrong step of the tree, then a check that notices it, then the step of a right path: an example of how to correct oneself.',
  },
  sft: {
    name: 'fine-tuning (SFT)',
    forms: ['fine-tuning', 'fine-tuned'],
    meaning: 'Training on examples: the model learns to write what they show, token by token.',
  },
  rl: {
    name: 'exploring (reinforcement learning)',
    forms: ['reinforcement learning'],
    meaning: 'Training on the model’s own attempts: those that end well become more likely, those that end badly less.',
  },
  loss: {
    name: 'loss',
    forms: ['the loss', 'loss'],
    meaning:
      'How surprised the model is by the right text, in nats per token: 0 means it would have written just that. Lower is better, on held-out text above all.',
  },
  heldOut: {
    name: 'held out',
    forms: ['held-out', 'held out', 'unseen'],
    meaning:
      'Kept away from training, so that a good result means that something was learned, and not only remembered.',
  },
  learningRate: {
    name: 'learning rate',
    forms: ['learning rate'],
    meaning:
      'How far the weights move at each update. Too high and training falls apart, too low and it takes for ever.',
  },
  epoch: {
    name: 'epoch',
    forms: ['epochs', 'epoch'],
    meaning: 'One pass through all examples.',
  },
  batch: {
    name: 'batch',
    forms: ['batches', 'batch'],
    meaning: 'The examples that one update of the weights is made from.',
  },
  gradientNorm: {
    name: 'gradient norm',
    forms: ['gradient norm'],
    meaning: 'How strongly a batch pulls at the weights. Sudden peaks are a sign of trouble; they are cut at a limit.',
  },
  lora: {
    name: 'LoRA, adapter',
    forms: ['LoRA', 'an adapter', 'adapter'],
    meaning:
      'Training small matrices beside the frozen weights instead of the weights themselves: far less memory, and the result can be kept apart from the model.',
  },
  reward: {
    name: 'reward',
    forms: ['rewards', 'reward'],
    meaning:
      'The number an attempt is judged by: 1 for a right answer, and smaller parts for form or good steps where asked for.',
  },
  processReward: {
    name: 'process reward',
    forms: ['process rewards', 'process reward'],
    meaning:
      'A part of the reward for the steps on the way, not only for the answer. Too large, and the model learns to please it with many words.',
  },
  advantage: {
    name: 'advantage',
    forms: ['advantages', 'advantage'],
    meaning:
      'How much better an attempt was than others at the same question. Only differences teach: when all are right or all wrong, there is nothing to learn.',
  },
  withoutSignal: {
    name: 'questions without signal',
    forms: ['without signal'],
    meaning:
      'Questions where all attempts got the same reward. Their advantage is zero, so they teach nothing in this round.',
  },
  kl: {
    name: 'KL',
    forms: ['KL weight', 'KL'],
    meaning:
      'How far the model has moved from the one it started as, in nats per token. A weight on it pulls back, so that exploring does not forget how to write.',
  },
  entropy: {
    name: 'entropy',
    forms: ['entropy'],
    meaning:
      'How undecided the model is about the next token, in nats. It falls as the model becomes sure; near zero it writes the same thing every time and cannot explore.',
  },
  clipFraction: {
    name: 'clip fraction',
    forms: ['clip fraction'],
    meaning:
      'The share of tokens whose probability changed more than one update may change it. A large share says that the steps are too big.',
  },
  temperature: {
    name: 'temperature',
    forms: ['temperature'],
    meaning:
      'How daring the model is when it draws the next token: 0 always takes the likeliest, 1 follows its probabilities.',
  },
  coverage: {
    name: 'coverage@k',
    forms: ['coverage@k', 'coverage'],
    meaning:
      'The share of questions for which at least one of k attempts is right: what could be reached if one knew which.',
  },
  vote: {
    name: 'majority vote',
    forms: ['majority vote', 'with a vote'],
    meaning: 'Several answers are written and the most frequent one is taken, without knowing the right one.',
  },
  greedy: {
    name: 'greedy',
    forms: ['greedy'],
    meaning: 'One answer, always taking the likeliest token: the same again next time.',
  },
  interval: {
    name: '95 % interval',
    forms: ['95 % interval', 'intervals', 'interval'],
    meaning:
      'Where the true share of right answers probably lies, given how many questions were asked. Few questions make it wide (Wilson’s method).',
  },
  pValue: {
    name: 'p-value',
    forms: ['p-value', 'paired test'],
    meaning:
      'How often a difference this large would turn up by chance if both checkpoints were equally good. It counts only questions on which they differ (exact McNemar test).',
  },
  checkpoint: {
    name: 'checkpoint',
    forms: ['checkpoints', 'checkpoint'],
    meaning: 'A state of the model, kept in a folder: how it came, or how it was after some training.',
  },
  contamination: {
    name: 'leaked question',
    forms: ['leaked question', 'contamination'],
    meaning:
      'A question for testing that also stands in the training material. It would make the model look better than it is.',
  },
  embeddingRow: {
    name: 'row of the vocabulary',
    forms: ['new rows', 'spare rows', 'vocabulary'],
    meaning:
      'Each token has a row of numbers that stands for it inside the model. A new token needs one; some models have spare rows to use.',
  },
  tiedWeights: {
    name: 'tied weights',
    forms: ['tied weights', 'tied'],
    meaning:
      'The same rows read a token in and write it out. Otherwise there are two tables, and a new token needs a row in each.',
  },
  seed: {
    name: 'seed',
    forms: ['the seed', 'seeds', 'seed'],
    meaning: 'Where chance begins. The same seed, settings and machine give the same run again, to the last bit.',
  },
  gguf: {
    name: 'GGUF',
    forms: ['GGUF'],
    meaning: 'One file that holds a whole model, often with rounded weights, as llama.cpp and LM Studio use it.',
  },
  safetensors: {
    name: 'safetensors',
    forms: ['safetensors'],
    meaning: 'The usual file for weights. It holds numbers and nothing that could run.',
  },
} satisfies Readonly<Record<string, GlossaryEntry>>);

export type TermId = keyof typeof glossary;

/** Words of the guide and of explanations in place. */
export const guideTexts = translated('guide', {
  title: 'Guide',
  sentence: 'What happens on the road, and every word of the field in two sentences.',
  road: 'The road in eight steps',
  terms: 'Words',
  search: 'Find a word',
  none: 'No word contains that.',
  keys: 'Keys',
  keysHelp: 'Commands and pages are one key away; the list shows all keys and lets you change them.',
  openKeys: 'Show all keys',
});
