/** Where an action belongs: everywhere in the window, inside a project, or on one page. Keys of one scope never collide with those of another that is there at once. */
export const SCOPES = ['window', 'project', 'review'] as const;
export type Scope = (typeof SCOPES)[number];

/** Keys as delivered. `Mod` is Ctrl, on a Mac ⌘; two keys with a space between are pressed one after the other. */
const ROWS = [
  ['palette', 'window', 'Mod+k'],
  ['shortcuts', 'window', '?'],
  ['goStart', 'window', 'g s'],
  ['goGuide', 'window', 'g h'],
  ['goSettings', 'window', 'g ,'],
  ['switchTheme', 'window', ''],
  ['nextStep', 'project', 'g n'],
  ['goProject', 'project', 'g p'],
  ['goModel', 'project', 'g m'],
  ['goTokens', 'project', 'g t'],
  ['goTrees', 'project', 'g r'],
  ['goExamples', 'project', 'g e'],
  ['goSft', 'project', 'g f'],
  ['goRl', 'project', 'g x'],
  ['goCompare', 'project', 'g c'],
  ['goExport', 'project', 'g o'],
  ['goQuestions', 'project', 'g q'],
  ['goPlayground', 'project', 'g y'],
  ['goRuns', 'project', 'g u'],
  ['startTokens', 'project', ''],
  ['startSearch', 'project', ''],
  ['startExamples', 'project', ''],
  ['startSft', 'project', ''],
  ['startRl', 'project', ''],
  ['startEvaluate', 'project', ''],
  ['startExport', 'project', ''],
  ['importModel', 'project', ''],
  ['importQuestions', 'project', ''],
  // As in the field: Argilla's and verl's keys where they agree. Error classes have the digits, in their order.
  ['accept', 'review', 'a'],
  ['reject', 'review', 'r'],
  ['reopen', 'review', 'o'],
  ['edit', 'review', 'e'],
  ['diff', 'review', 'd'],
  ['undo', 'review', 'u'],
  ['next', 'review', 'j'],
  ['previous', 'review', 'k'],
  ['select', 'review', 'x'],
  ['selectRange', 'review', 'X'],
  ['tag', 'review', 't'],
  ['search', 'review', '/'],
  ['class:unclosed-token', 'review', '1'],
  ['class:illegal-order', 'review', '2'],
  ['class:wrong-answer', 'review', '3'],
  ['class:too-long', 'review', '4'],
  ['class:duplicate', 'review', '5'],
  ['class:leaked-question', 'review', '6'],
  ['class:other', 'review', '7'],
] as const;

export type ActionId = (typeof ROWS)[number][0];

export interface ActionRow {
  readonly id: ActionId;
  readonly scope: Scope;
  /** As delivered; empty for an action that the palette alone offers. */
  readonly key: string;
}

/** THE registry of actions: palette, keys and their help read it. A new action is a row here and a name in the texts; its page says what it does with `useActions`. */
export const ACTIONS: readonly ActionRow[] = ROWS.map(([id, scope, key]) => ({ id, scope, key }));

/** Ids of the rows of the review, in the order of the help. */
export type ReviewAction = Extract<(typeof ROWS)[number], readonly [string, 'review', string]>[0];
