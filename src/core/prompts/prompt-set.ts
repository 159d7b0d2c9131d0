import { z } from 'zod';
import { WorkbenchError } from '../errors';
import { TOKEN_ROLES, type TokenRole } from '../tokens/token-roles';
import { applyCleanUps, CLEAN_UP_NAMES, type CleanUp } from './clean-ups';

/** What a prompt set can ask for: the steps that have a prompt, the check of a wrong turn and the check of a right step. */
export const PROMPT_ACTIONS = [
  'clarify',
  'analysis',
  'subquestion',
  'next_step',
  'direct_answer',
  'verify',
  'confirm',
] as const;
export type PromptAction = (typeof PROMPT_ACTIONS)[number];

const ActionSchema = z.strictObject({
  /** File with the prompt. */
  template: z.string().min(1),
  /** Other files to use after a step of some role. */
  after: z.partialRecord(z.enum(TOKEN_ROLES), z.string().min(1)).default({}),
  maxTokens: z.int().min(1),
  /** Writing ends where one of these appears. */
  stop: z.array(z.string().min(1)).default([]),
  cleanUps: z.array(z.tuple([z.enum(CLEAN_UP_NAMES)], z.string())).default([]),
});

const ManifestSchema = z.strictObject({
  name: z.string().min(1),
  description: z.string().min(1),
  /** `message`: the prompt is one user message. `continuation`: the question is the message and the prompt goes on with the response. */
  layout: z.enum(['message', 'continuation']),
  /** How a step stands in the history, by its role; `{{text}}` is its content. Without a row: the content alone. */
  lines: z.partialRecord(z.enum(TOKEN_ROLES), z.string()).default({}),
  /** What stands for an empty history. */
  noSteps: z.string().default(''),
  /** A next step that holds one of these is the last one. */
  finalPhrases: z.array(z.string().min(1)).min(1),
  /** Text of the step `output`; `{{answer}}` is the answer. */
  outputText: z.string().includes('{{answer}}'),
  /** What a check says that finds the step right, and wrong; patterns without regard to case. */
  verdicts: z.strictObject({ right: z.string().min(1), wrong: z.string().min(1) }),
  /** Checks always end in a verdict: one without is refused. */
  strictVerdicts: z.boolean().default(false),
  /** Plain text that already calls up each behaviour; new vocabulary rows can start from it. */
  cues: z.record(z.enum(TOKEN_ROLES), z.string().min(1)),
  actions: z.record(z.enum(PROMPT_ACTIONS), ActionSchema),
});

export type PromptSetManifest = z.infer<typeof ManifestSchema>;

/** A step as prompts know it: what it is for, and what it says. */
export interface PromptStep {
  readonly token: TokenRole;
  readonly text: string;
}

/** What a prompt is about. Histories are lists of steps, oldest first. */
export interface PromptFacts {
  readonly question: string;
  /** All steps so far, the wrong turn included. */
  readonly steps: readonly PromptStep[];
  /** For a check: the wrong turn alone, and how the right path goes on. */
  readonly wrong?: readonly PromptStep[];
  readonly right?: readonly PromptStep[];
}

/** A prompt ready to encode: the user message, and what the response already says. */
export interface RenderedPrompt {
  readonly message: string;
  readonly continuation: string;
}

/** A folder of prompts, loaded. */
export interface PromptSet {
  readonly manifest: PromptSetManifest;
  render(action: PromptAction, facts: PromptFacts): RenderedPrompt;
  /** Tidies what was written to a prompt. */
  clean(action: PromptAction, text: string): string;
  /** Whether a step states the final answer, and nothing before it. */
  isFinal(text: string): boolean;
  statesOnlyAnswer(text: string): boolean;
  /** Whether a prompt shows how the right path goes on, so that its answer could be copied. */
  showsRightPath(action: PromptAction): boolean;
  /** Text of an `output` step. */
  outputText(answer: string): string;
  /** What a check says; null when it says neither or both. */
  verdictOf(check: string): 'right' | 'wrong' | null;
}

/**
 * Loads a prompt set from the files of its folder, by name: `set.json` and the templates it names.
 * @throws WorkbenchError `prompt-set-invalid` naming the file and what is wrong with it
 */
export function parsePromptSet(files: Readonly<Record<string, string>>): PromptSet {
  const manifest = parseManifest(files['set.json']);
  const template = (name: string): string => {
    const text = files[name];
    if (text === undefined)
      throw invalid(`The prompt set ${manifest.name} names the file ${name}, which is not there.`, name);
    return text.replace(/\r?\n$/, '');
  };
  const templates = Object.fromEntries(
    PROMPT_ACTIONS.map((action) => {
      const { template: main, after } = manifest.actions[action];
      return [
        action,
        {
          main: template(main),
          after: Object.fromEntries(Object.entries(after).map(([token, name]) => [token, template(name!)])),
        },
      ];
    }),
  ) as Record<PromptAction, { main: string; after: Record<string, string> }>;
  for (const action of PROMPT_ACTIONS) checkPlaceholders(manifest, action, templates[action].main);

  const line = (step: PromptStep): string =>
    (manifest.lines[step.token] ?? '{{text}}').replace('{{text}}', () => step.text);
  const listed = (steps: readonly PromptStep[], render: (step: PromptStep) => string): string =>
    steps.length === 0
      ? manifest.noSteps
      : steps.map(render).join('\n') + (manifest.layout === 'continuation' ? '\n' : '');
  const finals = manifest.finalPhrases.map((phrase) => phrase.toLowerCase());

  return {
    manifest,
    render(action, facts) {
      const last = facts.steps.at(-1);
      const { main, after } = templates[action];
      const values: Readonly<Record<string, string>> = {
        question: facts.question,
        steps: listed(facts.steps, line),
        plain: listed(facts.steps, (step) => step.text),
        shared: listed(facts.steps.slice(0, facts.steps.length - (facts.wrong?.length ?? 0)), line),
        wrong: listed(facts.wrong ?? [], line),
        right: listed(facts.right ?? [], line),
        last: last?.text ?? '',
      };
      // One pass, so that a question which contains {{steps}} stays as it is.
      const text = ((last && after[last.token]) ?? main).replace(PLACEHOLDER, (_match, name: string) => values[name]!);
      return manifest.layout === 'message'
        ? { message: text, continuation: '' }
        : { message: facts.question, continuation: text };
    },
    clean: (action, text) => applyCleanUps(text, manifest.actions[action].cleanUps as readonly CleanUp[]),
    isFinal: (text) => finals.some((phrase) => text.toLowerCase().includes(phrase)),
    statesOnlyAnswer: (text) => {
      const plain = text
        .trim()
        .toLowerCase()
        .replace(/^[*_\s]+/, '');
      return (
        finals.some((phrase) => plain.startsWith(phrase)) &&
        plain.split(/\s+/).length <= MAX_ANSWER_WORDS &&
        !plain.includes('\n')
      );
    },
    showsRightPath: (action) => templates[action].main.includes('{{right}}'),
    outputText: (answer) => manifest.outputText.replace('{{answer}}', () => answer),
    verdictOf: (check) => {
      const isRight = new RegExp(manifest.verdicts.right, 'i').test(check);
      const isWrong = new RegExp(manifest.verdicts.wrong, 'i').test(check);
      return isRight === isWrong ? null : isRight ? 'right' : 'wrong';
    },
  };
}

const PLACEHOLDER = /\{\{(question|steps|plain|shared|wrong|right|last)\}\}/g;
/** A longer sentence has reasoning of its own before the answer. */
const MAX_ANSWER_WORDS = 16;

function parseManifest(text: string | undefined): PromptSetManifest {
  if (text === undefined) throw invalid('The prompt set has no set.json.', 'set.json');
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw invalid('set.json is not JSON.', 'set.json', cause);
  }
  const parsed = ManifestSchema.safeParse(json);
  if (!parsed.success) {
    const issue = parsed.error.issues[0]!;
    throw invalid(`set.json: ${issue.path.join('.')} – ${issue.message}.`, `set.json, ${issue.path.join('.')}`);
  }
  return parsed.data;
}

/** A message without the question, or a continuation without the steps so far, asks about nothing. */
function checkPlaceholders(manifest: PromptSetManifest, action: PromptAction, template: string): void {
  const { template: name } = manifest.actions[action];
  if (manifest.layout === 'message' && !template.includes('{{question}}'))
    throw invalid(`${name} does not hold {{question}}.`, name);
  if (/\{\{(?!question|steps|plain|shared|wrong|right|last)/.test(template))
    throw invalid(`${name} holds a placeholder that is not known.`, name);
}

function invalid(message: string, where: string, cause?: unknown): WorkbenchError {
  return new WorkbenchError(
    'validation',
    message,
    { code: 'prompt-set-invalid', where, wayOut: 'Mend the file or choose another prompt set.' },
    { cause },
  );
}
