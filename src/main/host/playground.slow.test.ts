import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { CheckpointId, ProjectId, QuestionSetId } from '@contracts/ids';
import { JobSpec } from '@contracts/jobs';
import { PlaygroundQuestion, type PlaygroundEvent } from '@contracts/playground';
import { checkpointOf, RealHost } from './testing/real-host';

/** The playground with real engine processes and the embedded model, before and after it was given the tokens. */
let real: RealHost;
let projectId: ProjectId;
let base: CheckpointId;
let grown: CheckpointId;
let train: QuestionSetId;
const client = () => real.client;

beforeAll(async () => {
  real = await RealHost.open('playground-test');
  ({ projectId, base, train } = await real.openEmbedded('Playground'));
  grown = checkpointOf(
    await real.run(projectId, { kind: 'tokens', checkpointId: base, config: { promptSet: 'workbook' } }),
  );
}, 300_000);

afterAll(() => real.close(), 60_000);

const PROMPT = 'Ann has 3 pens. She buys 4 more. How many pens does Ann have now?';

async function ask(
  checkpointId: CheckpointId,
  question: Partial<PlaygroundQuestion>,
  signal?: AbortSignal,
): Promise<PlaygroundEvent[]> {
  const events: PlaygroundEvent[] = [];
  const answer = await client().playground.ask(
    {
      checkpointId,
      precision: 'fp32',
      question: PlaygroundQuestion.parse({ prompt: PROMPT, maxNewTokens: 48, ...question }),
    },
    signal && { signal },
  );
  for await (const event of answer) events.push(event);
  return events;
}

function idsOf(events: readonly PlaygroundEvent[]): number[] {
  return events.flatMap((event) => (event.type === 'written' ? event.ids : []));
}

function endOf(events: readonly PlaygroundEvent[]) {
  const end = events.at(-1);
  if (end?.type !== 'finished') throw new Error(`The answer ended with ${end?.type}.`);
  return end;
}

function boundariesOf(events: readonly PlaygroundEvent[]) {
  return events.flatMap((event) => (event.type === 'written' ? event.boundaries : []));
}

describe('the playground', () => {
  it('streams an answer, and the same one again from the warm model', async () => {
    const first = await ask(base, { temperature: 0.8, seed: 7 });
    expect(first[0]).toEqual({ type: 'opening' });
    const ready = first[1];
    expect(ready?.type === 'ready' && ready.memoryBytes).toBeGreaterThan(10e6);
    expect(endOf(first).tokens).toBe(idsOf(first).length);
    expect(endOf(first).text.length).toBeGreaterThan(0);
    const again = await ask(base, { temperature: 0.8, seed: 7 });
    expect(idsOf(again)).toEqual(idsOf(first));
    expect(idsOf(await ask(base, { temperature: 0.8, seed: 8 }))).not.toEqual(idsOf(first));
    expect(await client().playground.sessions({})).toHaveLength(1);
  }, 120_000);

  it('tells how probable each token is where a step may begin, forces one, and goes on from a beginning', async () => {
    const free = await ask(grown, { constrained: true });
    const [start] = boundariesOf(free);
    expect(start?.at).toBe(0);
    expect(start?.probabilities).toHaveLength(8);
    const sum = start?.probabilities.reduce((total, { probability }) => total + probability, 0) ?? 0;
    expect(sum).toBeGreaterThan(0);
    expect(sum).toBeLessThanOrEqual(1);

    const forced = await ask(grown, { constrained: true, forced: 'verify' });
    expect(boundariesOf(forced)[0]).toMatchObject({ at: 0, chosen: 'verify', isForced: true });
    // The same place, asked in two ways.
    boundariesOf(forced)[0]?.probabilities.forEach(({ token, probability }) => {
      const other = start?.probabilities.find((each) => each.token === token)?.probability ?? 0;
      expect(Math.abs(probability - other)).toBeLessThanOrEqual(1e-4 * Math.max(probability, other) + 1e-12);
    });
    expect(endOf(forced).text.startsWith('<verify>')).toBe(true);

    // Greedy: the rest of an answer that is begun with its own first half is the other half.
    const whole = idsOf(free);
    const half = Math.floor(whole.length / 2);
    const rest = await ask(grown, { constrained: true, begunIds: whole.slice(0, half), maxNewTokens: 48 - half });
    expect(idsOf(rest)).toEqual(whole.slice(half));
    expect(endOf(rest).text).toBe(endOf(free).text);
  }, 120_000);

  it('searches with and without functional tokens and shows the tree', async () => {
    for (const checkpointId of [base, grown]) {
      const events = await ask(checkpointId, {
        mode: 'search',
        numSimulations: 4,
        temperature: 0.7,
        referenceAnswer: '7',
        maxNewTokens: 96,
      });
      const nodes = events.flatMap((event) => (event.type === 'grown' ? event.nodes : []));
      const walks = events.flatMap((event) => (event.type === 'grown' ? event.simulations : []));
      expect(nodes.map(({ index }) => index)).toEqual(nodes.map((_, index) => index));
      expect(walks.length).toBeGreaterThan(0);
      expect(walks.length).toBeLessThanOrEqual(4);
      expect(endOf(events).reason).toBe('vote');
    }
  }, 180_000);

  it('stops when the reader goes, and answers the next question', async () => {
    const stop = new AbortController();
    const seen: PlaygroundEvent[] = [];
    const answer = await client().playground.ask(
      {
        checkpointId: base,
        precision: 'fp32',
        question: PlaygroundQuestion.parse({ prompt: PROMPT, maxNewTokens: 400, temperature: 1.5 }),
      },
      { signal: stop.signal },
    );
    for await (const event of answer) {
      seen.push(event);
      if (event.type === 'written') break;
    }
    stop.abort();
    expect(seen.some(({ type }) => type === 'finished')).toBe(false);
    expect(endOf(await ask(base, {})).tokens).toBeGreaterThan(0);
    await expect.poll(async () => (await client().playground.sessions({})).some((s) => s.isAnswering)).toBe(false);
  }, 120_000);

  it('refuses by name what the model cannot do', async () => {
    await expect(ask(base, { forced: 'verify' })).rejects.toMatchObject({
      data: { facts: { code: 'functional-tokens-missing' } },
    });
    await expect(ask(base, { prompt: 'many words '.repeat(1500) })).rejects.toMatchObject({
      data: { facts: { code: 'prefix-too-long' } },
    });
    expect(endOf(await ask(base, {})).tokens).toBeGreaterThan(0);
  }, 120_000);

  it('answers beside a run on one thread, and makes way when a run begins', async () => {
    const spec = JobSpec.parse({
      kind: 'search',
      checkpointId: grown,
      questionSetId: train,
      config: { promptSet: 'workbook', children: 'narrow', numSimulations: 8, maxQuestions: 64, concurrentTrees: 8 },
    });
    await client().runs.start({ projectId, spec });
    await expect.poll(async () => (await client().playground.sessions({})).length).toBe(0);
    const events = await ask(base, {});
    expect(events[1]).toMatchObject({ type: 'ready', threads: 1, isBesideRun: true });
    expect(real.host.services.jobs.isWorking).toBe(true);
    const [run] = await client().runs.list({ projectId, kind: 'search' });
    if (run) await client().runs.cancel({ id: run.id });
    await real.host.services.jobs.whenIdle();
    expect((await ask(base, {}))[1]).toMatchObject({ type: 'ready', isBesideRun: false });
  }, 180_000);

  it('keeps questions and answers', async () => {
    const target = { newName: 'From the playground' };
    const kept = { projectId, prompt: PROMPT, referenceAnswer: '7' };
    const { setId } = await client().playground.saveQuestion({ ...kept, target });
    expect((await client().questions.rows({ id: setId, offset: 0, limit: 5 })).rows).toMatchObject([
      { prompt: PROMPT, referenceAnswer: '7' },
    ]);
    await expect(client().playground.saveQuestion({ ...kept, target: { setId } })).rejects.toMatchObject({
      data: { facts: { code: 'question-known' } },
    });
    const text = '<next_step>\n3 + 4 = 7\n</next_step>\n<output>\nThe answer is 7.\n</output>\n';
    const added = await client().playground.saveExample({
      ...kept,
      checkpointId: grown,
      text,
      target: { newName: 'Mine' },
    });
    const { example } = await client().examples.get({ id: added.exampleId });
    expect(example).toMatchObject({ verdict: 'todo', problems: [], errorClasses: [], treeId: null });
    expect(example.tokenCount).toBeGreaterThan(10);
    await expect(
      client().playground.saveExample({ ...kept, checkpointId: base, text: 'seven', target: { newName: 'Mine' } }),
    ).rejects.toMatchObject({ data: { facts: { code: 'answer-without-steps' } } });
  }, 60_000);
});
