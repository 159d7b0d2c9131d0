import { WorkbenchError } from '../errors';
import type { GenerationRequest, GenerationResult, GenerationStats, Generator } from '../generation/generator';
import type { CancelToken, Rng } from '../ports';
import type { Tokenizer } from '../tokenizer/tokenizer';
import { readCompletion, WHOLE_DISTRIBUTION, type Completion, type CompletionBody } from './completions';
import { createGate, readRetryAfter, waitBefore, type Clock } from './pacing';
import { costOf, type RemoteServer, type RemoteUsage } from './server';

/** What came back over the wire, whatever its status. */
export interface HttpAnswer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: string;
}

/** Sends a request and reads the answer whole. Throws where none comes: refused, dropped, timed out. */
export type Transport = (
  body: CompletionBody,
  options: { readonly timeoutMs: number; readonly cancel: CancelToken },
) => Promise<HttpAnswer>;

export interface RemoteGeneratorParts {
  readonly server: RemoteServer;
  /** Of a model that reads the same text: its chat template words the prompts. */
  readonly tokenizer: Tokenizer;
  readonly maxContext: number;
  readonly transport: Transport;
  readonly clock: Clock;
  /** For waiting alone: it changes no text. */
  readonly rng: Rng;
  readonly cancel: CancelToken;
  /** Told of each request that has to be sent again, and why. */
  readonly onRetry?: (reason: string, tries: number, waitMs: number) => void;
  /** What earlier processes of the same run asked already: budgets are those of the run. */
  readonly spent?: RemoteUsage;
}

/** The generator port over a server elsewhere. */
export interface RemoteGenerator extends Generator {
  readonly usage: RemoteUsage;
}

/** OpenAI's API takes no more. */
const MOST_STOPS = 4;
/** Statuses that may be another one next time. */
const TRANSIENT = new Set([408, 409, 425, 429, 500, 502, 503, 504, 529]);
/** Statuses of a server that does not know what it was asked. */
const NOT_UNDERSTOOD = new Set([400, 422]);

/**
 * A policy that runs elsewhere: text goes out, text comes back. The search is the same; what is lost is told by its errors: probing for
 * functional tokens and constraints need the whole distribution, of which the API tells the likeliest few tokens.
 *
 * New ids are those of our own tokenizer for the server's text. Where both cut it alike, each id has the server's log-probability; where not, each
 * has an equal share, so that the sum over the text is the server's.
 */
export function createRemoteGenerator(parts: RemoteGeneratorParts): RemoteGenerator {
  const { server, tokenizer, clock, cancel } = parts;
  const gate = createGate(server, clock);
  const usage = { requests: 0, retries: 0, promptTokens: 0, newTokens: 0, ...parts.spent };
  /** Tokens of requests that are on their way: a budget must hold for them too. */
  let promised = 0;
  let failure: unknown = null;
  /** Whether the server takes more than OpenAI's words; true until it has refused them. */
  let takesMore = true;

  const charge = (promptTokens: number, maxNewTokens: number) => {
    const { budgetTokens, budgetMoney } = server;
    const tokens = usage.promptTokens + usage.newTokens + promised + promptTokens + maxNewTokens;
    if (budgetTokens !== null && tokens > budgetTokens)
      throw spentUp(`${usage.promptTokens + usage.newTokens} of ${budgetTokens} tokens`, parts);
    const cost = costOf(server, {
      promptTokens: usage.promptTokens + promptTokens,
      // What is promised may all be written, and writing costs more than reading wherever the two differ.
      newTokens: usage.newTokens + promised + maxNewTokens,
    });
    if (budgetMoney !== null && cost > budgetMoney)
      throw spentUp(`${costOf(server, usage).toFixed(4)} of ${budgetMoney}`, parts);
  };

  /** One request with its tries, its place in the queue and its price. */
  const complete = async (body: CompletionBody, promptTokens: number): Promise<Completion> => {
    const expected = promptTokens + body.max_tokens;
    for (let tries = 1; ; tries++) {
      // A server that lies, or a budget that is spent, ends the run for everyone: no more is asked of it.
      if (failure !== null) throw failure;
      cancel.throwIfAborted();
      const leave = await gate.enter(expected);
      let problem: Problem;
      try {
        if (failure !== null) throw failure;
        cancel.throwIfAborted();
        charge(promptTokens, body.max_tokens);
        promised += expected;
        try {
          const found = await attempt(body);
          if (!('reason' in found)) {
            usage.requests++;
            usage.promptTokens += found.usage?.promptTokens ?? promptTokens;
            usage.newTokens += found.usage?.newTokens ?? found.tokens.length;
            return found;
          }
          problem = found;
        } finally {
          promised -= expected;
        }
      } catch (error) {
        failure ??= error;
        throw error;
      } finally {
        leave();
      }
      if (tries >= server.maxTries) {
        failure = givenUp(problem, tries, parts);
        throw failure;
      }
      usage.retries++;
      const wait = waitBefore(tries, problem.retryAfterMs, parts.rng);
      parts.onRetry?.(problem.reason, tries, wait);
      await clock.sleep(wait);
    }
  };

  const attempt = async (body: CompletionBody): Promise<Completion | Problem> => {
    let answer: HttpAnswer;
    const send = (asked: CompletionBody) => parts.transport(asked, { timeoutMs: server.timeoutSeconds * 1000, cancel });
    try {
      answer = await send(takesMore ? { ...body, ...WHOLE_DISTRIBUTION } : body);
      if (takesMore && NOT_UNDERSTOOD.has(answer.status)) {
        answer = await send(body);
        // Refused for another reason where it is refused again.
        takesMore = NOT_UNDERSTOOD.has(answer.status);
      }
    } catch (error) {
      cancel.throwIfAborted();
      return { reason: error instanceof Error ? error.message : String(error), retryAfterMs: null };
    }
    if (answer.status !== 200) {
      const reason = `status ${answer.status}${messageOf(answer.body)}`;
      if (TRANSIENT.has(answer.status))
        return { reason, retryAfterMs: readRetryAfter(answer.retryAfter, clock.nowMs()) };
      throw refused(answer.status, reason, parts);
    }
    try {
      return readCompletion(answer.body, body);
    } catch (error) {
      const code = error instanceof WorkbenchError ? error.code : '';
      // What was broken off or garbled on the way may come whole next time; what is a lie stays one.
      if (code === 'server-answer-cut' || code === 'server-answer-unreadable')
        return { reason: error instanceof Error ? error.message : code, retryAfterMs: null };
      throw placed(error, parts);
    }
  };

  return {
    prepare: async () => undefined,
    maxContext: parts.maxContext,
    async generate(request) {
      refuseWhatIsLost(request, server);
      const prompt = tokenizer.decode(request.prefixIds);
      const promptTokens = request.prefixIds.length;
      const stops = [...(request.stopTexts ?? [])];
      const bodyWith = (stop: readonly string[]): CompletionBody => ({
        model: server.model,
        prompt,
        max_tokens: Math.max(1, Math.min(request.maxNewTokens, parts.maxContext - promptTokens)),
        temperature: request.temperature,
        top_p: 1,
        ...(stop.length > 0 && { stop: stop.slice(0, MOST_STOPS) }),
        ...(request.rng && { seed: Math.floor(request.rng.next() * 2 ** 31) }),
        logprobs: 1,
        n: 1,
        stream: false,
      });
      let found = await complete(bodyWith(stops), promptTokens);
      // A break at the very start is not the end of what the model says, but the server cannot know that.
      const solid = stops.filter((stop) => stop.trim() !== '');
      if (found.text.trim() === '' && !found.isCut && solid.length < stops.length)
        found = await complete(bodyWith(solid), promptTokens);
      return resultOf(found, tokenizer);
    },
    clearCache: () => undefined,
    get stats(): GenerationStats {
      return {
        prefilledTokens: usage.promptTokens,
        reusedTokens: 0,
        newTokens: usage.newTokens,
        decodeSteps: usage.requests,
        peakKvBytes: 0,
      };
    },
    get usage() {
      return { ...usage };
    },
    dispose: async () => undefined,
  };
}

interface Problem {
  readonly reason: string;
  readonly retryAfterMs: number | null;
}

function resultOf({ text, tokens, isCut }: Completion, tokenizer: Tokenizer): GenerationResult {
  const ids = tokenizer.encode(text);
  const own = tokens.length === ids.length && tokens.every((token, at) => isToken(token.text, ids[at]!, tokenizer));
  const sum = tokens.reduce((total, { logProb }) => total + logProb, 0);
  const logProbs = Float32Array.from(ids, (_, at) => (own ? tokens[at]!.logProb : sum / ids.length));
  return { ids, logProbs, samplingLogProbs: logProbs, stopReason: isCut ? 'length' : 'stop' };
}

function isToken(text: string, id: number, tokenizer: Tokenizer): boolean {
  return tokenizer.decode([id]) === text;
}

function refuseWhatIsLost(request: GenerationRequest, server: RemoteServer): void {
  if (request.probeIds === undefined && request.constraint === undefined && request.maxNewTokens > 0) return;
  throw new WorkbenchError(
    'unsupported',
    `“${server.name}” cannot tell how likely each functional token is: the completions API names only the likeliest few.`,
    {
      code: 'server-tokens-unknown',
      where: server.url,
      kept: 'Everything grown so far.',
      wayOut: 'Let the steps be proposed by prompts, or run the tuned model on this machine.',
    },
  );
}

function messageOf(body: string): string {
  const found = /"message"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.replace(/<[^>]*>/g, ' ');
  const plain = found.replace(/\s+/g, ' ').trim().slice(0, 160);
  return plain === '' ? '' : ` (${plain})`;
}

const KEPT = 'Every tree that was finished; resume goes on with the next.';

function refused(status: number, reason: string, { server }: RemoteGeneratorParts): WorkbenchError {
  const isKey = status === 401 || status === 403;
  return new WorkbenchError('external', `“${server.name}” refuses the request: ${reason}.`, {
    code: isKey ? 'server-key-refused' : 'server-refused',
    where: server.url,
    kept: KEPT,
    wayOut: isKey
      ? 'Check the key of this server in the settings.'
      : 'Check address and model of this server in the settings with “Test connection”.',
    details: { status },
  });
}

function givenUp({ reason }: Problem, tries: number, { server }: RemoteGeneratorParts): WorkbenchError {
  return new WorkbenchError('external', `“${server.name}” gave no usable answer in ${tries} tries: ${reason}.`, {
    code: 'server-given-up',
    where: server.url,
    kept: KEPT,
    wayOut: 'See that the server runs and has room, then resume; fewer requests at once may help.',
    details: { tries },
  });
}

function spentUp(figures: string, { server }: RemoteGeneratorParts): WorkbenchError {
  return new WorkbenchError('resource', `The budget of this run on “${server.name}” is spent: ${figures}.`, {
    code: 'server-budget-spent',
    where: server.url,
    kept: KEPT,
    wayOut: 'Raise the budget of this server in the settings and start a new run for the questions that are left.',
  });
}

function placed(error: unknown, { server }: RemoteGeneratorParts): unknown {
  if (!(error instanceof WorkbenchError)) return error;
  return new WorkbenchError(
    error.kind,
    error.message,
    { ...error.facts, where: server.url, kept: KEPT },
    { cause: error },
  );
}
