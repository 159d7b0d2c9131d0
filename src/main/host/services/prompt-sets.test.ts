import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JobSpec } from '@contracts/jobs';
import type { PromptTrial, TrialEvent } from '@contracts/prompts';
import { makeTestFolder, searchSpec, TestHost } from '../testing/test-host';

let folder: ReturnType<typeof makeTestFolder>;
let host: TestHost;
beforeEach(() => {
  folder = makeTestFolder();
  host = new TestHost(folder.path);
});
afterEach(async () => {
  await host.host.close(0);
  folder.remove();
});

const ASKED = 'Question:\n{{question}}\n\nSay it again, shorter.';

async function saveShort(name = 'short', basedOn: string | null = null) {
  return host.client.prompts.save({ name, from: 'instruct', texts: { 'clarify.txt': ASKED }, basedOn });
}

it('lists the sets of the workbench, and a person’s own after them', async () => {
  expect((await host.client.prompts.list({})).map(({ name }) => name)).toEqual(['instruct', 'workbook']);
  await saveShort();
  expect((await host.client.prompts.list({})).at(-1)).toMatchObject({ name: 'short', isOwn: true });
});

it('shows each file once, with everything that is asked with it', async () => {
  const { templates, layout } = await host.client.prompts.get({ name: 'workbook' });
  expect(layout).toBe('continuation');
  expect(templates.find(({ file }) => file === 'check.txt')?.actions).toEqual(['verify', 'confirm']);
  const instruct = await host.client.prompts.get({ name: 'instruct' });
  expect(instruct.templates.find(({ after }) => after === 'subquestion')?.actions).toEqual(['next_step']);
});

it('keeps changed prompts under another name; the others stay as they are', async () => {
  const saved = await saveShort();
  expect(saved).toMatchObject({ name: 'short', isOwn: true, layout: 'message' });
  expect(saved.templates.find(({ file }) => file === 'clarify.txt')?.text).toBe(ASKED);
  const instruct = await host.client.prompts.get({ name: 'instruct' });
  const others = (templates: typeof saved.templates) => templates.filter(({ file }) => file !== 'clarify.txt');
  expect(others(saved.templates)).toEqual(others(instruct.templates));
  expect(instruct.templates.find(({ file }) => file === 'clarify.txt')?.text).not.toBe(ASKED);
});

it('refuses to change what came with the workbench, what another window changed, and what cannot be asked', async () => {
  const code = (error: unknown) => (error as { data: { facts: { code: string } } }).data.facts.code;
  expect(code(await saveShort('instruct').catch((error: unknown) => error))).toBe('prompt-set-shipped');
  const first = await saveShort();
  expect(code(await saveShort().catch((error: unknown) => error))).toBe('prompt-set-changed');
  const second = await host.client.prompts.save({
    name: 'short',
    from: 'short',
    texts: { 'clarify.txt': `${ASKED} Please.` },
    basedOn: first.version,
  });
  expect(code(await saveShort('short', first.version).catch((error: unknown) => error))).toBe('prompt-set-changed');
  const broken = host.client.prompts.save({
    name: 'short',
    from: 'short',
    texts: { 'clarify.txt': 'Say it again.' },
    basedOn: second.version,
  });
  expect(code(await broken.catch((error: unknown) => error))).toBe('prompt-set-invalid');
  const kept = await host.client.prompts.get({ name: 'short' });
  expect(kept.version).toBe(second.version);
});

it('a file that the set does not name is never written', async () => {
  const texts = { '../../escape.txt': 'x', 'set.json': '{}' };
  await host.client.prompts.save({ name: 'odd', from: 'instruct', texts, basedOn: null });
  expect(existsSync(join(folder.path, 'escape.txt'))).toBe(false);
  const set = await host.client.prompts.get({ name: 'odd' });
  expect(set.templates.length).toBeGreaterThan(5);
});

it('a run keeps the prompts that it began with', async () => {
  await saveShort();
  const made = host.makeProject();
  const spec = JobSpec.parse({ ...searchSpec(made), config: { promptSet: 'short' } });
  await host.client.runs.start({ projectId: made.projectId, spec });
  const engine = await host.engine();
  await expect.poll(() => engine.hasReceived('start')).toBe(true);
  const { promptsFolder } = engine.job;
  expect(promptsFolder).toContain(join('input', 'prompts'));
  expect(readFileSync(join(promptsFolder, 'short', 'clarify.txt'), 'utf8')).toBe(ASKED);
});

it('refuses a run with a set that is not there', async () => {
  const made = host.makeProject();
  const spec = JobSpec.parse({ ...searchSpec(made), config: { promptSet: 'gone' } });
  await expect(host.client.runs.start({ projectId: made.projectId, spec })).rejects.toThrow('no prompt set');
});

/** Tries a prompt on a model that writes `text`. */
async function tryOut(trial: Partial<PromptTrial>, text: string): Promise<TrialEvent[]> {
  const made = host.makeProject();
  const events: TrialEvent[] = [];
  const stream = await host.client.prompts.tryOut({
    checkpointId: made.checkpointId,
    from: 'instruct',
    texts: {},
    action: 'next_step',
    question: { prompt: 'What is 2 + 2?', referenceAnswer: '4' },
    steps: [],
    temperature: 0.7,
    maxTokens: 64,
    seed: 1,
    ...trial,
  });
  const reading = (async () => {
    for await (const event of stream) events.push(event);
  })();
  const engine = await host.engine();
  engine.say({ type: 'sessionOpened', memoryBytes: 1 });
  const asks = () => engine.received.flatMap((message) => (message.type === 'askStep' ? [message.ask] : []));
  await expect.poll(() => asks().length).toBe(1);
  const [ask = 0] = asks();
  engine.say({ type: 'answer', ask, event: { type: 'stepWritten', text: text.slice(0, 3) } });
  engine.say({
    type: 'answer',
    ask,
    event: { type: 'stepFinished', text, isTruncated: false, tokens: 5, seconds: 0.1 },
  });
  engine.say({ type: 'answerEnded', ask, memoryBytes: 1, error: null });
  await reading;
  return events;
}

it('a try-out shows what the model reads, what it writes and what the checker says', async () => {
  const events = await tryOut(
    { texts: { 'next_step.txt': '{{question}} Go on: {{steps}}' } },
    'So the answer is \\boxed{4}.',
  );
  expect(events.map(({ type }) => type)).toEqual(['opening', 'asked', 'written', 'finished']);
  expect(events[1]).toMatchObject({ message: 'What is 2 + 2? Go on: (none yet)' });
  expect(events.at(-1)).toMatchObject({ check: null, verdict: { answer: '4', isRight: true } });
  const asked = host.engines.at(-1)?.received.find((message) => message.type === 'askStep');
  expect(asked).toMatchObject({ request: { action: 'next_step', prompt: 'What is 2 + 2?' } });
});

it('a step that states no answer is not judged', async () => {
  expect((await tryOut({}, 'Add 2 and 2.')).at(-1)).toMatchObject({ check: null, verdict: null });
});

it.each([
  ['The step is wrong.', 'wrong'],
  ['This is correct.', 'right'],
  ['Everything follows.', 'none'],
] as const)('a check that says “%s” comes to %s', async (text, check) => {
  const steps = [{ token: 'next_step' as const, text: '2 + 2 = 5.' }];
  expect((await tryOut({ action: 'verify', steps }, text)).at(-1)).toMatchObject({ check, verdict: null });
});
