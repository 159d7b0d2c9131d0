import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { WorkbenchError } from '../errors';
import { NEVER_CANCELLED } from '../ports';
import { parsePromptSet } from '../prompts/prompt-set';
import { createRng } from '../random/rng';
import { createPromptedExpander } from '../search/expanders/prompted';
import { growTree } from '../search/mcts';
import { SearchConfigSchema } from '../search/search-config';
import { treeFigures } from '../search/tree';
import { answerVerifier } from '../tasks/verifier';
import { createToyModel, toyQuestion } from '../testing/toy-arithmetic';
import { readCompletion } from './completions';
import { createGate, readRetryAfter, waitBefore } from './pacing';
import { createRemoteGenerator, type HttpAnswer, type Transport } from './remote-generator';
import { RemoteServerSchema, type RemoteServer } from './server';

const PROMPTS = parsePromptSet(
  Object.fromEntries(
    readdirSync('resources/prompts/workbook').map((file) => [
      file,
      readFileSync(`resources/prompts/workbook/${file}`, 'utf8'),
    ]),
  ),
);

const server = (change: Partial<RemoteServer> = {}): RemoteServer =>
  RemoteServerSchema.parse({ name: 'Far', url: 'http://far/v1', model: 'toy', ...change });

/** Time that passes only while somebody sleeps. */
function fakeClock() {
  let now = 0;
  const sleeps: number[] = [];
  return {
    sleeps,
    nowMs: () => now,
    async sleep(ms: number) {
      sleeps.push(ms);
      // Whoever may go on now does so before time passes.
      await new Promise(setImmediate);
      now += ms;
    },
  };
}

const ok = (body: unknown): HttpAnswer => ({ status: 200, retryAfter: null, body: JSON.stringify(body) });
const completion = (text: string, change: Record<string, unknown> = {}) => ({
  choices: [
    {
      text,
      finish_reason: 'stop',
      logprobs: { tokens: [...text], token_logprobs: [...text].map(() => -0.5) },
      ...change,
    },
  ],
  usage: { prompt_tokens: 10, completion_tokens: 4 },
});

/** The toy model as a server: text in, text out, one more answer for each request. */
function toyServer(): { transport: Transport; bodies: Parameters<Transport>[0][] } {
  const { tokenizer, generator } = createToyModel();
  const bodies: Parameters<Transport>[0][] = [];
  return {
    bodies,
    async transport(body) {
      bodies.push(body);
      const result = await generator.generate({
        prefixIds: tokenizer.encode(body.prompt, { specials: 'recognise' }),
        maxNewTokens: body.max_tokens,
        temperature: body.temperature,
        stopIds: tokenizer.eosIds,
        stopTexts: body.stop ?? [],
        rng: createRng(body.seed ?? 0),
      });
      const text = tokenizer.decode(result.ids, { skipSpecials: true });
      const logprobs = { tokens: [text], token_logprobs: [-1] };
      return ok(completion(text, { logprobs, finish_reason: result.stopReason === 'stop' ? 'stop' : 'length' }));
    },
  };
}

function remote(transport: Transport, change: Partial<RemoteServer> = {}, clock = fakeClock()) {
  const { tokenizer } = createToyModel();
  const generator = createRemoteGenerator({
    ...{ server: server(change), tokenizer, transport, clock, rng: createRng(1), maxContext: 4096 },
    cancel: NEVER_CANCELLED,
  });
  const ask = (more: object = {}) =>
    generator.generate({
      ...{
        prefixIds: tokenizer.encode('start 1 end'),
        maxNewTokens: 8,
        temperature: 0.7,
        stopIds: [],
        rng: createRng(2),
      },
      ...more,
    });
  return { generator, tokenizer, clock, ask };
}

/** Gives one answer after the other, then the last for ever; counts. */
function script(...answers: (HttpAnswer | Error)[]) {
  const state = { asked: 0 };
  const transport: Transport = async () => {
    const answer = answers[Math.min(state.asked++, answers.length - 1)];
    if (answer instanceof Error || answer === undefined) throw answer ?? new Error('no answer');
    return answer;
  };
  return { transport, state };
}

const code = (error: unknown) => (error instanceof WorkbenchError ? error.code : String(error));
const failure = (work: Promise<unknown>) => work.then(() => 'none', code);

describe('a policy elsewhere', () => {
  it('grows the trees of the same search, many requests at once, and no more than allowed', async () => {
    const { transport, bodies } = toyServer();
    let inFlight = 0;
    let most = 0;
    const counted: Transport = async (...given) => {
      most = Math.max(most, ++inFlight);
      await new Promise(setImmediate);
      const answer = await transport(...given);
      inFlight--;
      return answer;
    };
    const { generator, tokenizer } = remote(counted, { maxInFlight: 5 });
    const config = SearchConfigSchema.parse({ maxDepth: 8, numSimulations: 12 });
    const expander = createPromptedExpander({ generator, tokenizer, prompts: PROMPTS, config });
    const questions = Array.from({ length: 6 }, (_, at) => toyQuestion(5, 3, at + 1));
    const trees = await Promise.all(
      questions.map((question) =>
        growTree(question, { config, expander, verifier: answerVerifier, rng: createRng(question.id) }),
      ),
    );
    expect(most).toBe(5);
    expect(trees.filter((tree) => treeFigures(tree).isSolved).length).toBeGreaterThan(3);
    expect(generator.usage.requests).toBe(bodies.length);
    expect(new Set(bodies.map(({ seed }) => seed)).size).toBeGreaterThan(bodies.length / 2);
  });

  it('the log-probability of a text is the server’s, however it cut it into tokens', async () => {
    const body = completion('4 + 4', { logprobs: { tokens: ['4 +', ' 4'], token_logprobs: [-1, -0.25] } });
    const { ask } = remote(script(ok(body)).transport);
    const { logProbs, ids, stopReason } = await ask();
    expect(stopReason).toBe('stop');
    expect(logProbs).toHaveLength(ids.length);
    expect(logProbs.reduce((sum, each) => sum + each, 0)).toBeCloseTo(-1.25, 5);
  });

  it('reads the layout of llama.cpp as well, and knows a text that was cut at the limit', async () => {
    const content = [...'abc'].map((token) => ({ token, logprob: -0.1 }));
    const { ask } = remote(script(ok(completion('abc', { logprobs: { content }, finish_reason: 'length' }))).transport);
    expect((await ask()).stopReason).toBe('length');
  });

  it.each([
    ['a dropped connection', new Error('the connection was dropped')],
    ['too many requests', { status: 429, retryAfter: null, body: '' }],
    ['an error of the server', { status: 500, retryAfter: null, body: '<html>oops</html>' }],
    ['an answer that is no JSON', { status: 200, retryAfter: null, body: '{"choices": [{"te' }],
    ['an answer that breaks off', ok(completion('ab', { finish_reason: null }))],
  ])('asks again after %s, a little later each time', async (_, fault) => {
    const { transport, state } = script(fault, fault, ok(completion('ab')));
    const { ask, clock, generator } = remote(transport);
    await ask();
    expect(state.asked).toBe(3);
    expect(clock.sleeps).toHaveLength(2);
    expect(clock.sleeps[0]).toBeLessThanOrEqual(500);
    expect(clock.sleeps[1]).toBeLessThanOrEqual(1000);
    expect(generator.usage).toMatchObject({ requests: 1, retries: 2, promptTokens: 10, newTokens: 4 });
  });

  it('waits as long as the server asks', async () => {
    const { transport } = script({ status: 429, retryAfter: '7', body: '' }, ok(completion('ab')));
    const { ask, clock } = remote(transport);
    await ask();
    expect(clock.sleeps[0]).toBeGreaterThanOrEqual(7000);
  });

  it('gives up after its tries, says how many and why, and asks nothing more', async () => {
    const { transport, state } = script({ status: 503, retryAfter: null, body: '{"error":{"message":"loading"}}' });
    const { ask } = remote(transport, { maxTries: 3 });
    await expect(ask()).rejects.toThrow(/3 tries: status 503 \(loading\)/);
    expect(await failure(ask())).toBe('server-given-up');
    expect(state.asked).toBe(3);
  });

  it.each([
    [401, 'server-key-refused'],
    [404, 'server-refused'],
  ])('does not ask again after status %i', async (status, expected) => {
    const { transport, state } = script({ status, retryAfter: null, body: 'no such model' });
    const { ask } = remote(transport);
    expect(await failure(ask())).toBe(expected);
    expect(state.asked).toBe(1);
  });

  it.each([
    ['none', completion('ab', { logprobs: null }), 'server-logprobs-missing'],
    [
      'a gap',
      completion('ab', { logprobs: { tokens: ['a', 'b'], token_logprobs: [null, -1] } }),
      'server-logprobs-wrong',
    ],
    [
      'above 0',
      completion('ab', { logprobs: { tokens: ['a', 'b'], token_logprobs: [-1, 0.3] } }),
      'server-logprobs-wrong',
    ],
    ['too few', completion('ab', { logprobs: { tokens: ['a', 'b'], token_logprobs: [-1] } }), 'server-logprobs-wrong'],
    [
      'of another text',
      completion('ab', { logprobs: { tokens: ['x', 'y'], token_logprobs: [-1, -1] } }),
      'server-logprobs-wrong',
    ],
    [
      'all certain',
      completion('a'.repeat(40), { logprobs: { tokens: Array(40).fill('a'), token_logprobs: Array(40).fill(0) } }),
      'server-logprobs-wrong',
    ],
  ])('refuses log-probabilities that cannot be true: %s', async (_, body, expected) => {
    const { transport, state } = script(ok(body));
    const { ask } = remote(transport);
    expect(await failure(ask())).toBe(expected);
    expect(state.asked).toBe(1);
  });

  it('asks for the whole distribution, and in OpenAI’s words alone where a server knows no others', async () => {
    const bodies: Parameters<Transport>[0][] = [];
    const strict: Transport = async (body) => {
      bodies.push(body);
      if (!('top_k' in body)) return ok(completion('4 + 4'));
      return { status: 400, retryAfter: null, body: '{"error":{"message":"Unrecognized request argument: top_k"}}' };
    };
    const { ask, tokenizer } = remote(strict);
    await ask();
    const { ids } = await ask();
    expect(tokenizer.decode(ids)).toBe('4 + 4');
    expect(bodies.map(({ top_p, top_k, min_p }) => [top_p, top_k, min_p])).toEqual([
      [1, 0, 0],
      [1, undefined, undefined],
      [1, undefined, undefined],
    ]);
    // What it refuses in either form is told, once.
    const { transport, state } = script({ status: 400, retryAfter: null, body: 'no such model' });
    expect(await failure(remote(transport).ask())).toBe('server-refused');
    expect(state.asked).toBe(2);
  });

  it('NaN in an answer is no number and no JSON', async () => {
    const body = JSON.stringify(completion('ab')).replace('-0.5', 'NaN');
    const { transport } = script({ status: 200, retryAfter: null, body });
    expect(await failure(remote(transport, { maxTries: 1 }).ask())).toBe('server-given-up');
  });

  it('keeps to its budget of tokens and of money, and says how much was spent', async () => {
    const { transport, state } = script(ok(completion('ab')));
    const tokens = remote(transport, { budgetTokens: 60 });
    await tokens.ask();
    await tokens.ask();
    await expect(tokens.ask({ maxNewTokens: 40 })).rejects.toThrow(/28 of 60 tokens/);
    expect(state.asked).toBe(2);
    const money = remote(transport, { budgetMoney: 0.001, priceNewPerMillion: 100 });
    await money.ask();
    expect(await failure(money.ask({ maxNewTokens: 64 }))).toBe('server-budget-spent');
  });

  it('holds the budget for requests that are still on their way', async () => {
    const { transport } = script(ok(completion('ab')));
    const { ask } = remote(transport, { budgetTokens: 50 });
    const outcomes = await Promise.all(Array.from({ length: 8 }, () => failure(ask())));
    expect(outcomes).toContain('server-budget-spent');
    expect(outcomes).toContain('none');
  });

  it('asks once more when the model began with the break that should end it', async () => {
    const { transport, state } = script(ok(completion('')), ok(completion('ab')));
    const { ask, tokenizer } = remote(transport);
    const { ids } = await ask({ stopTexts: ['\n'] });
    expect(tokenizer.decode(ids)).toBe('ab');
    expect(state.asked).toBe(2);
  });

  it('says what is lost: probabilities of functional tokens', async () => {
    const { transport, state } = script(ok(completion('ab')));
    expect(await failure(remote(transport).ask({ probeIds: [1] }))).toBe('server-tokens-unknown');
    expect(state.asked).toBe(0);
  });

  it('stops at once when the person stops', async () => {
    const { tokenizer } = createToyModel();
    const cancel = {
      aborted: true,
      throwIfAborted(): void {
        throw new WorkbenchError('cancelled', 'Stopped.', { code: 'cancelled' });
      },
    };
    const { transport, state } = script(ok(completion('ab')));
    const parts = {
      server: server(),
      tokenizer,
      transport,
      clock: fakeClock(),
      rng: createRng(1),
      maxContext: 64,
      cancel,
    };
    const asked = createRemoteGenerator(parts).generate({
      ...{ prefixIds: [1], maxNewTokens: 4, temperature: 1, stopIds: [] },
    });
    expect(await failure(asked)).toBe('cancelled');
    expect(state.asked).toBe(0);
  });
});

describe('pacing', () => {
  it('lets no more requests and tokens through in any minute than allowed', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 5 }),
        fc.integer({ min: 10, max: 50 }),
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 20 }),
        async (requestsPerMinute, tokensPerMinute, sizes) => {
          const clock = fakeClock();
          const gate = createGate({ maxInFlight: 3, requestsPerMinute, tokensPerMinute }, clock);
          const passed: { at: number; tokens: number }[] = [];
          await Promise.all(
            sizes.map(async (tokens) => {
              const leave = await gate.enter(tokens);
              passed.push({ at: clock.nowMs(), tokens });
              leave();
            }),
          );
          for (const { at } of passed) {
            const within = passed.filter((each) => each.at > at - 60_000 && each.at <= at);
            expect(within.length).toBeLessThanOrEqual(requestsPerMinute);
            const sum = within.reduce((total, { tokens }) => total + tokens, 0);
            if (within.length > 1) expect(sum).toBeLessThanOrEqual(tokensPerMinute);
          }
        },
      ),
      { numRuns: 100 },
    );
  });

  it('waits at most half a minute, and reads dates as well as seconds', () => {
    const rng = createRng(3);
    for (let tries = 1; tries < 40; tries++) expect(waitBefore(tries, null, rng)).toBeLessThanOrEqual(30_000);
    expect(readRetryAfter('Thu, 01 Jan 1970 00:00:10 GMT', 4000)).toBe(6000);
    expect(readRetryAfter('soon', 0)).toBeNull();
    expect(readRetryAfter(null, 0)).toBeNull();
  });

  it('whatever a server answers is read or refused in words', () => {
    fc.assert(
      fc.property(fc.oneof(fc.json(), fc.string()), (body) => {
        try {
          readCompletion(body, { temperature: 1 });
        } catch (error) {
          expect(error).toBeInstanceOf(WorkbenchError);
        }
      }),
    );
  });

  it('an address with a key in it is no address', () => {
    const read = (url: string) => RemoteServerSchema.safeParse({ name: 'a', url, model: 'm' }).success;
    expect(read('http://localhost:8080/v1')).toBe(true);
    expect(read('https://user:secret@host/v1')).toBe(false);
    expect(read('https://host/v1?key=secret')).toBe(false);
    expect(read('ftp://host/v1')).toBe(false);
  });
});
