import { translated } from '../../lib/language';

/** Sentences and words that the host says and the window shows, by the host's own words; what is not here is shown as it comes. */
export const hostWords: Readonly<Record<string, string>> = translated(
  'hostWords',
  Object.fromEntries(
    [
      // The road.
      'Import a model first.',
      'Import questions first.',
      'Grow trees first.',
      'Make examples first.',
      'Add the functional tokens first.',
      'Fine-tune first: exploring needs a model that uses the tokens.',
      'fine-tuned',
      'explored',
      'exported',
      'waiting for the engine',
      'starting',
      'pausing',
      // Phases of runs and what they count.
      'reading weights',
      'writing the copy',
      'merging paths',
      'learning to judge',
      'growing trees',
      'fine-tuning',
      'exploring',
      'checking files',
      'answering questions',
      'files',
      'iterations',
      // What a run computes on, where it is no card or server with a name.
      'processor',
      'numbers',
      'questions',
      'trees',
      'updates',
      // Estimates.
      "Reckoned from the model's size and this machine's cores; the first run will tell better.",
      'Measured on the last run of this kind on this machine.',
      'Measured by a dry step on this machine.',
      'For this kind of job there is no dry step: it is reckoned from its size.',
      'A server is not asked for a trial: it may cost money.',
      'A run is under way; a dry step beside it would measure both.',
      'This will hardly fit into the memory that is free now. Close other programs, choose LoRA, or use a smaller model.',
      'Memory may become tight. If the run is stopped for it, it can be resumed.',
      'The disk of the data folder has too little room for this. Free some space first.',
      'This takes more than half a day. It can be paused at any time; fewer questions or simulations make it shorter.',
    ].map((words) => [words, words]),
  ),
);

/** Sentences of the host with numbers in them: what to look for, and what the window says. */
export const hostPhrases = translated('hostPhrases', {
  measuredOn: (runs: string) => `Measured on the last ${runs} runs of this kind on this machine.`,
  dryStepAfterOne: (times: string) =>
    `Measured by a dry step on this machine; the last run took ${times} times what its dry step said.`,
  dryStepAfter: (runs: string, times: string) =>
    `Measured by a dry step on this machine; the last ${runs} runs took ${times} times what their dry steps said.`,
  passes: (tokens: string, blocks: string) =>
    `Steps take up to ${tokens} tokens at once; blocks are ${blocks} for the backward pass.`,
  kept: 'kept',
  recomputed: 'recomputed',
  doneRuns: (done: string, runs: string) => `${done}, ${runs} runs`,
  tokensAdded: (count: string) => `${count} tokens added`,
  about: (range: string) => `about ${range}`,
  left: (range: string) => `${range} left`,
  of: (done: string, total: string, unit: string) => `${done} of ${total} ${unit}`,
  second: 'second',
  seconds: 'seconds',
  minute: 'minute',
  minutes: 'minutes',
  hour: 'hour',
  hours: 'hours',
  range: (from: string, to: string) => `${from} to ${to}`,
});
