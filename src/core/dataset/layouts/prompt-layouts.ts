import type { Question } from '../../tasks/question';
import type { LayoutColumn } from './layout';
import type { PromptLayoutName } from './layout-names';

type Asked = Pick<Question, 'id' | 'prompt' | 'referenceAnswer'>;

/** How questions are written down for reinforcement learning elsewhere: what is asked, and what the reward compares with. */
export interface PromptLayout {
  readonly columns: readonly LayoutColumn[];
  write(question: Asked): Readonly<Record<string, unknown>>;
}

export const PROMPT_LAYOUTS: { readonly [L in PromptLayoutName]: PromptLayout } = {
  // TRL hands every column but the prompt to the reward functions.
  trl: {
    columns: [
      { name: 'prompt', type: { turns: ['role', 'content'] } },
      { name: 'answer', type: 'string' },
      { name: 'id', type: 'string' },
    ],
    write: ({ id, prompt, referenceAnswer }) => ({
      prompt: [{ role: 'user', content: prompt }],
      answer: referenceAnswer,
      id,
    }),
  },
  // `--input_key input --label_key label`
  openrlhf: {
    columns: [
      { name: 'input', type: 'string' },
      { name: 'label', type: 'string' },
      { name: 'id', type: 'string' },
    ],
    write: ({ id, prompt, referenceAnswer }) => ({ input: prompt, label: referenceAnswer, id }),
  },
  // What the import of questions recognises without being told.
  workbench: {
    columns: [
      { name: 'id', type: 'string' },
      { name: 'prompt', type: 'string' },
      { name: 'referenceAnswer', type: 'string' },
    ],
    write: ({ id, prompt, referenceAnswer }) => ({ id, prompt, referenceAnswer }),
  },
};
