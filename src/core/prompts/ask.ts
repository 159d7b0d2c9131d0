import type { Generator, TokenObserver } from '../generation/generator';
import type { CancelToken, Rng } from '../ports';
import type { Tokenizer } from '../tokenizer/tokenizer';
import type { Step } from '../tokens/render';
import { functionalIdsOf, tokenSetOf } from '../tokens/token-ids';
import { TOKEN_ROLES } from '../tokens/token-roles';
import type { TokenSet } from '../tokens/token-set';
import type { PromptAction, PromptFacts, PromptSet, PromptStep } from './prompt-set';

/** What a prompt is about, in steps of the model's own token set. */
export type AskFacts = { readonly [K in keyof PromptFacts]: K extends 'question' ? string : readonly Step[] };

export interface AskParts {
  readonly generator: Generator;
  readonly tokenizer: Tokenizer;
  readonly prompts: PromptSet;
}

export interface AskOptions {
  readonly temperature: number;
  /** Upper bound beside that of the prompt set. */
  readonly maxTokens: number;
  readonly rng: Rng;
  readonly cancel: CancelToken;
  readonly observer?: TokenObserver;
}

/** What the model wrote to a prompt. */
export interface Asked {
  /** Cleaned. */
  readonly text: string;
  readonly newTokens: number;
  /** Sum over what was sampled, nats. */
  readonly logProbSum: number;
  /** Hit the token limit before it came to an end. */
  readonly isTruncated: boolean;
}

/** Asks the model with one prompt of a set. Functional tokens, where the vocabulary has them, are never written. */
export async function ask(parts: AskParts, action: PromptAction, facts: AskFacts, options: AskOptions): Promise<Asked> {
  const { generator, tokenizer, prompts } = parts;
  const { maxTokens, stop } = prompts.manifest.actions[action];
  const prefixIds = promptIds(parts, action, facts);
  // A path grown beyond what the model reads ends there; its tree goes on elsewhere.
  if (prefixIds.length > generator.maxContext) return { text: '', newTokens: 0, logProbSum: 0, isTruncated: true };
  const result = await generator.generate({
    prefixIds,
    maxNewTokens: Math.min(maxTokens, options.maxTokens),
    temperature: options.temperature,
    stopIds: tokenizer.eosIds,
    stopTexts: stop,
    bannedIds: functionalIdsOf(tokenizer),
    rng: options.rng,
    cancel: options.cancel,
    ...(options.observer && { observer: options.observer }),
  });
  const written = tokenizer.decode(result.ids, { skipSpecials: true });
  return {
    text: prompts.clean(action, cutAt(written, stop)),
    newTokens: result.ids.length,
    logProbSum: result.logProbs.reduce((sum, value) => sum + value, 0),
    isTruncated: result.stopReason !== 'stop',
  };
}

/** Ids of a prompt: the chat with its generation prompt, then the continuation. */
export function promptIds({ tokenizer, prompts }: AskParts, action: PromptAction, facts: AskFacts): Int32Array {
  const { message, continuation } = prompts.render(action, inRoles(facts, tokenizer));
  const chat = tokenizer.encodeChat([{ role: 'user', content: message }], { addGenerationPrompt: true });
  return Int32Array.from([...chat, ...tokenizer.encode(continuation)]);
}

/** Steps as prompts are worded: by what each is for, whatever its token is called. A step of a foreign set counts as work. */
export function promptSteps(steps: readonly Step[], set: TokenSet): PromptStep[] {
  const roleOf = (token: string) => set.roleOf(token) ?? TOKEN_ROLES.find((role) => role === token) ?? 'next_step';
  return steps.map(({ token, text }) => ({ token: roleOf(token), text }));
}

function inRoles({ question, steps, wrong, right }: AskFacts, tokenizer: Tokenizer): PromptFacts {
  const set = tokenSetOf(tokenizer);
  const translate = (list: readonly Step[]) => promptSteps(list, set);
  return {
    question,
    steps: translate(steps),
    ...(wrong && { wrong: translate(wrong) }),
    ...(right && { right: translate(right) }),
  };
}

function cutAt(text: string, stops: readonly string[]): string {
  // A stop at the very start is the model's line break before its text, not the end of it.
  const start = text.trimStart();
  const ends = stops.map((stop) => start.indexOf(stop)).filter((at) => at >= 0);
  return ends.length > 0 ? start.slice(0, Math.min(...ends)) : start;
}
