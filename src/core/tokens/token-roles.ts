/**
 * What a step is for in the method. Search, merging, prompts and rewards speak of roles; the names and tags of a model's tokens are data
 * (`token-set.ts`). The eight tokens of the paper have one role each and are named after it.
 */
export const TOKEN_ROLES = [
  'clarify',
  'analysis',
  'subquestion',
  'next_step',
  'direct_answer',
  'verify',
  'refine',
  'output',
] as const;
export type TokenRole = (typeof TOKEN_ROLES)[number];

/** Groups the roles in legends and filters. */
export type TokenCategory = 'plan' | 'work' | 'check' | 'finish';

/** Colours that a token may have: far enough apart for the three common colour deficiencies. Glyph and name carry the meaning. */
export const TOKEN_COLOURS = ['teal', 'blue', 'violet', 'slate', 'brown', 'green', 'orange', 'ink'] as const;
export type TokenColour = (typeof TOKEN_COLOURS)[number];

/** Group of each role, and how a token of the role looks unless a person chose otherwise. */
export const ROLE_FACTS: Readonly<
  Record<TokenRole, { readonly category: TokenCategory; readonly glyph: string; readonly colour: TokenColour }>
> = {
  clarify: { category: 'plan', glyph: '◇', colour: 'teal' },
  analysis: { category: 'plan', glyph: '◎', colour: 'blue' },
  subquestion: { category: 'plan', glyph: '?', colour: 'violet' },
  next_step: { category: 'work', glyph: '→', colour: 'slate' },
  direct_answer: { category: 'work', glyph: '⇥', colour: 'brown' },
  verify: { category: 'check', glyph: '✓', colour: 'green' },
  refine: { category: 'check', glyph: '↻', colour: 'orange' },
  output: { category: 'finish', glyph: '■', colour: 'ink' },
};
