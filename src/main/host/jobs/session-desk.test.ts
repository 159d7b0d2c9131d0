import { afterEach, describe, expect, it, vi } from 'vitest';
import type { ToEngine } from '@contracts/engine-protocol';
import type { CheckpointId } from '@contracts/ids';
import { PlaygroundQuestion, type PlaygroundEvent } from '@contracts/playground';
import { FakeEngine } from '../testing/fake-engine';
import { SessionDesk, type SessionModel } from './session-desk';

const question = PlaygroundQuestion.parse({ prompt: 'What is 1 + 1?' });
const modelOf = (id: string, parameterCount = 1000): SessionModel => ({
  checkpointId: id as CheckpointId,
  precision: 'fp32',
  parameterCount,
  model: {
    path: '/m',
    format: 'folder',
    adapterPath: null,
    promptSet: 'instruct',
    plainPrompts: [],
    name: id,
    lineage: [],
  },
});

function makeDesk() {
  const engines: FakeEngine[] = [];
  const state = { isWorking: false, freeBytes: 8e9, nowMs: 0 };
  const desk = new SessionDesk({
    spawnEngine: () => {
      const engine = new FakeEngine();
      engines.push(engine);
      return engine;
    },
    nowMs: () => state.nowMs,
    isJobWorking: () => state.isWorking,
    freeMemoryBytes: () => state.freeBytes,
    share: () => ({ threads: 4, gentle: false }),
    promptsFolder: '/prompts',
    idleMs: 1000,
  });
  return { desk, engines, state };
}

/** Engines that have said that they are open, and the asks that each has answered. */
const opened = new Set<FakeEngine>();
const answered = new Map<FakeEngine, number>();

type Desk = ReturnType<typeof makeDesk>;

/** Asks, lets the played engine answer, and gives what came. */
async function askThrough({ desk, engines }: Desk, model: SessionModel, end = true): Promise<PlaygroundEvent[]> {
  const asked = () => engines.flatMap((engine) => asksOf(engine).map((message) => ({ engine, ask: message.ask })));
  const before = asked().length;
  const seen: PlaygroundEvent[] = [];
  const reading = (async () => {
    for await (const event of desk.ask(model, question)) seen.push(event);
  })();
  await vi.waitFor(() => {
    for (const engine of engines.filter((each) => !opened.has(each) && each.hasReceived('openSession'))) {
      opened.add(engine);
      engine.say({ type: 'sessionOpened', memoryBytes: 5e6 });
    }
    expect(asked().length).toBe(before + 1);
  });
  // Asks of other engines were made before, so the one that is new here is the engine's last.
  const engine = engines.find((each) => asksOf(each).length > (answered.get(each) ?? 0))!;
  answered.set(engine, asksOf(engine).length);
  const ask = asksOf(engine).at(-1)!.ask;
  engine.say({ type: 'answer', ask, event: { type: 'written', text: 'two', ids: [1], boundaries: [] } });
  if (end) {
    engine.say({ type: 'answerEnded', ask, memoryBytes: 6e6, error: null });
    await reading;
  }
  return seen;
}

function asksOf(engine: FakeEngine) {
  return engine.received.filter((message): message is Extract<ToEngine, { type: 'ask' }> => message.type === 'ask');
}

function setupOf(engine: FakeEngine) {
  const message = engine.received.find((each) => each.type === 'openSession');
  return message?.type === 'openSession' ? message.session : null;
}

afterEach(() => vi.useRealTimers());

describe('models of the playground', () => {
  it('are opened once, kept warm, and say what they hold', async () => {
    const made = makeDesk();
    expect((await askThrough(made, modelOf('a'))).map(({ type }) => type)).toEqual(['opening', 'ready', 'written']);
    await askThrough(made, modelOf('a'));
    expect(made.engines).toHaveLength(1);
    expect(made.desk.list()).toMatchObject([
      { checkpointId: 'a', memoryBytes: 6e6, threads: 4, isAnswering: false, closesAtMs: 1000 },
    ]);
    made.desk.closeAll();
    expect(made.engines[0]?.isKilled).toBe(true);
  });

  it('are closed after a while without a question', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'], shouldAdvanceTime: true });
    const made = makeDesk();
    await askThrough(made, modelOf('a'));
    vi.advanceTimersByTime(1001);
    expect(made.engines[0]?.isKilled).toBe(true);
    expect(made.desk.list()).toEqual([]);
  });

  it('are two at most; the one asked least recently goes', async () => {
    const made = makeDesk();
    for (const [at, id] of ['a', 'b', 'c'].entries()) {
      made.state.nowMs = at;
      await askThrough(made, modelOf(id));
    }
    expect(made.engines.map(({ isKilled }) => isKilled)).toEqual([true, false, false]);
    made.desk.closeAll();
  });

  it('make way for a run: idle ones at once, one that answers after its answer', async () => {
    const made = makeDesk();
    await askThrough(made, modelOf('idle'));
    await askThrough(made, modelOf('busy'), false);
    made.desk.makeWay();
    expect(made.engines.map(({ isKilled }) => isKilled)).toEqual([true, false]);
    made.engines[1]?.say({ type: 'answerEnded', ask: 1, memoryBytes: 1, error: null });
    await vi.waitFor(() => expect(made.engines[1]?.isKilled).toBe(true));
  });

  it('open on one thread and step back while a run goes on, and anew once it is over', async () => {
    const made = makeDesk();
    made.state.isWorking = true;
    const events = await askThrough(made, modelOf('a'));
    expect(setupOf(made.engines[0]!)).toMatchObject({ threads: 1, gentle: true });
    expect(events[1]).toMatchObject({ type: 'ready', threads: 1, isBesideRun: true });
    made.state.isWorking = false;
    await askThrough(made, modelOf('a'));
    expect(setupOf(made.engines[1]!)).toMatchObject({ threads: 4, gentle: false });
    made.desk.closeAll();
  });

  it('are refused in words where they do not fit, before anything is opened', async () => {
    const made = makeDesk();
    made.state.freeBytes = 1e9;
    const asking = made.desk.ask(modelOf('large', 1e9), question);
    await asking.next();
    await expect(asking.next()).rejects.toMatchObject({ facts: { code: 'session-memory' } });
    expect(made.engines).toEqual([]);
  });

  it('stop an answer when nobody reads it any more', async () => {
    const made = makeDesk();
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const { type } of made.desk.ask(modelOf('a'), question, stop.signal)) seen.push(type);
    })();
    await vi.waitFor(() => expect(made.engines).toHaveLength(1));
    made.engines[0]?.say({ type: 'sessionOpened', memoryBytes: 1 });
    await vi.waitFor(() => expect(made.engines[0]?.hasReceived('ask')).toBe(true));
    stop.abort();
    await reading;
    expect(made.engines[0]?.hasReceived('stopAsk')).toBe(true);
    expect(made.engines[0]?.isKilled).toBe(false);
    made.desk.closeAll();
  });

  it('say in four parts that their process is gone, and are opened anew', async () => {
    const made = makeDesk();
    const asking = made.desk.ask(modelOf('a'), question);
    await asking.next();
    const next = asking.next();
    made.engines[0]?.exit({ signal: 'SIGKILL' });
    await expect(next).rejects.toMatchObject({
      kind: 'resource',
      facts: { code: 'session-lost', where: 'playground', kept: expect.any(String), wayOut: expect.any(String) },
    });
    await askThrough(made, modelOf('a'));
    expect(made.engines).toHaveLength(2);
    made.desk.closeAll();
  });

  it('pass on what the engine refuses', async () => {
    const made = makeDesk();
    const asking = made.desk.ask(modelOf('a'), question);
    await asking.next();
    const ready = asking.next();
    made.engines[0]?.say({ type: 'sessionOpened', memoryBytes: 1 });
    await ready;
    const next = asking.next();
    await vi.waitFor(() => expect(made.engines[0]?.hasReceived('ask')).toBe(true));
    const error = { kind: 'validation', message: 'Too long.', facts: { code: 'prefix-too-long' } } as const;
    made.engines[0]?.say({ type: 'answerEnded', ask: 1, memoryBytes: 1, error });
    await expect(next).rejects.toMatchObject({ facts: { code: 'prefix-too-long' } });
    made.desk.closeAll();
  });
});
