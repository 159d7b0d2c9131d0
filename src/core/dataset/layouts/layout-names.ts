/** Layouts of examples, in the order in which they are offered. */
export const LAYOUT_NAMES = [
  'workbench',
  'trl-prompt-completion',
  'messages',
  'sharegpt',
  'alpaca',
  'openrlhf',
  'trl-stepwise',
  'math-shepherd',
] as const;
export type LayoutName = (typeof LAYOUT_NAMES)[number];

/** Layouts of questions for reinforcement learning elsewhere. */
export const PROMPT_LAYOUT_NAMES = ['trl', 'openrlhf', 'workbench'] as const;
export type PromptLayoutName = (typeof PROMPT_LAYOUT_NAMES)[number];

/** Why an example has no row in a layout. */
export const OMISSIONS = ['no-step-judged', 'first-step-not-judged', 'spells-place'] as const;
export type Omission = (typeof OMISSIONS)[number];
