import { z } from 'zod';
import { WorkbenchError } from '../errors';

/** What is asked of `POST /completions`. */
export interface CompletionBody {
  readonly model: string;
  readonly prompt: string;
  readonly max_tokens: number;
  readonly temperature: number;
  /** From the whole distribution: servers cut its tail unless told otherwise. */
  readonly top_p: 1;
  /** The same in words that OpenAI's API does not have; see `WHOLE_DISTRIBUTION`. */
  readonly top_k?: 0;
  readonly min_p?: 0;
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly logprobs: number;
  readonly n: 1;
  readonly stream: false;
}

/** llama.cpp takes the 40 likeliest tokens of at least a twentieth of the largest probability unless told otherwise; vLLM what the model's files say. */
export const WHOLE_DISTRIBUTION = { top_k: 0, min_p: 0 } as const;

/** What a server answered, checked. */
export interface Completion {
  readonly text: string;
  /** Each token as the server cut the text, with its log-probability in nats; may go on behind `text` with what stopped it. */
  readonly tokens: readonly { readonly text: string; readonly logProb: number }[];
  readonly isCut: boolean;
  /** As the server counts them; null where it does not say. */
  readonly usage: { readonly promptTokens: number; readonly newTokens: number } | null;
}

/** The two ways in which servers write log-probabilities: OpenAI's older one, and that of chat completions (llama.cpp). */
const LogProbs = z.union([
  z.object({ tokens: z.array(z.string()), token_logprobs: z.array(z.number().nullable()) }),
  z.object({ content: z.array(z.object({ token: z.string(), logprob: z.number().nullable() })) }),
]);

const Answer = z.object({
  choices: z
    .array(
      z.object({
        text: z.string(),
        finish_reason: z.string().nullish(),
        logprobs: z.unknown().optional(),
      }),
    )
    .min(1),
  usage: z.object({ prompt_tokens: z.number().int().min(0), completion_tokens: z.number().int().min(0) }).nullish(),
});

/** A rounding error above 0 is no lie. */
const HIGHEST_LOG_PROB = 1e-4;
/** So many tokens in a row of probability exactly 1 are made up: no model is that sure while it samples. */
const LONGEST_CERTAIN = 24;

/**
 * Reads the answer to a completion and believes nothing of it: that it is one, that it was not broken off, that log-probabilities are there,
 * are numbers at most 0, and belong to the text.
 * @throws WorkbenchError `server-answer-unreadable`, `server-answer-cut` (worth asking again), `server-logprobs-missing`, `server-logprobs-wrong`
 */
export function readCompletion(body: string, asked: Pick<CompletionBody, 'temperature'>): Completion {
  const parsed = Answer.safeParse(parseJson(body));
  if (!parsed.success) {
    throw new WorkbenchError('external', 'The server’s answer is no completion.', {
      code: 'server-answer-unreadable',
      wayOut: 'Check that the address ends in /v1 and that the server speaks the OpenAI completions API.',
      details: { answer: body.slice(0, 200) },
    });
  }
  const [choice] = parsed.data.choices;
  const { usage } = parsed.data;
  if (!choice) throw new RangeError('The schema wants a choice.');
  if (choice.finish_reason === null || choice.finish_reason === undefined || choice.finish_reason === '') {
    throw new WorkbenchError('external', 'The server’s answer was broken off: it does not say why it ended.', {
      code: 'server-answer-cut',
      details: { characters: choice.text.length },
    });
  }
  const tokens = readLogProbs(choice.logprobs, choice.text);
  checkLogProbs(tokens, choice.text, asked.temperature);
  return {
    text: choice.text,
    tokens,
    isCut: choice.finish_reason === 'length',
    usage: usage ? { promptTokens: usage.prompt_tokens, newTokens: usage.completion_tokens } : null,
  };
}

type Tokens = readonly { readonly text: string; readonly logProb: number | null }[];

function readLogProbs(value: unknown, text: string): Tokens {
  if (text === '' && (value === null || value === undefined)) return [];
  const parsed = LogProbs.safeParse(value);
  if (!parsed.success) {
    throw new WorkbenchError('unsupported', 'The server gives no log-probabilities with its text.', {
      code: 'server-logprobs-missing',
      wayOut:
        'Use a server that gives them with completions: vLLM and llama.cpp do by themselves; Ollama does in its own API, but not surely here.',
    });
  }
  if ('content' in parsed.data)
    return parsed.data.content.map(({ token, logprob }) => ({ text: token, logProb: logprob }));
  const { tokens, token_logprobs: logProbs } = parsed.data;
  if (tokens.length !== logProbs.length)
    throw wrong(`it has ${logProbs.length} of them for ${tokens.length} tokens`, { tokens: tokens.length });
  return tokens.map((token, at) => ({ text: token, logProb: logProbs[at] ?? null }));
}

function checkLogProbs(tokens: Tokens, text: string, temperature: number): asserts tokens is Completion['tokens'] {
  let certain = 0;
  for (const [at, { logProb }] of tokens.entries()) {
    if (logProb === null || !Number.isFinite(logProb))
      throw wrong(`that of token ${at + 1} is ${logProb === null ? 'missing' : String(logProb)}`, { token: at + 1 });
    if (logProb > HIGHEST_LOG_PROB)
      throw wrong(`that of token ${at + 1} is ${logProb}, a probability of more than 1`, { token: at + 1 });
    certain = logProb === 0 ? certain + 1 : 0;
    if (temperature > 0 && certain > LONGEST_CERTAIN)
      throw wrong(`${certain} tokens in a row have the probability 1, which no model gives while it samples`, {
        token: at + 1,
      });
  }
  // A token may hold part of a character, and the last ones may be what the text was cut at.
  const joined = tokens.map(({ text: piece }) => piece).join('');
  if (!comparable(joined).startsWith(comparable(text)))
    throw wrong('its tokens do not spell its text', { text: text.slice(0, 60), tokens: joined.slice(0, 60) });
}

/** Without what servers write for parts of characters, spaces at the ends, and escapes of bytes. */
function comparable(text: string): string {
  return text.replace(/\uFFFD|bytes:(?:\\x[0-9a-f]{2})+|<0x[0-9A-F]{2}>|[^\x20-\x7E]/g, '').trim();
}

function wrong(what: string, details: Readonly<Record<string, string | number>>): WorkbenchError {
  return new WorkbenchError('external', `The server’s log-probabilities cannot be true: ${what}.`, {
    code: 'server-logprobs-wrong',
    wayOut: 'Update the server, or use another one; training on such numbers would teach nothing.',
    details,
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // No JSON is no completion; the caller says so with the beginning of the answer.
    return null;
  }
}
