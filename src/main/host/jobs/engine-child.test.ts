import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeTestFolder } from '../testing/test-host';
import { forkEngine, type EngineExit } from './engine-child';

let folder: ReturnType<typeof makeTestFolder>;
beforeEach(() => {
  folder = makeTestFolder();
});
afterEach(() => folder.remove());

/** A real child process of a few lines. */
function start(code: string) {
  const path = join(folder.path, 'engine.mjs');
  writeFileSync(path, code);
  const child = forkEngine(path)();
  const messages: unknown[] = [];
  const exit = Promise.withResolvers<EngineExit>();
  const first = Promise.withResolvers<unknown>();
  child.onMessage((message) => {
    messages.push(message);
    first.resolve(message);
  });
  child.onExit(exit.resolve);
  return { child, messages, exit: exit.promise, first: first.promise };
}

it('carries messages both ways, typed arrays whole', async () => {
  const { child, first, exit } = start(
    `process.on('message', (m) => { process.send({ got: m, array: Float32Array.of(1, 2) }); process.disconnect(); });`,
  );
  child.post({ type: 'ack', batch: 3 });
  expect(await first).toEqual({ got: { type: 'ack', batch: 3 }, array: Float32Array.of(1, 2) });
  expect(await exit).toMatchObject({ code: 0, signal: null });
});

it('tells how it died, with its last words', async () => {
  const { exit } = start(`console.error('something broke'); process.exit(7);`);
  expect(await exit).toEqual({ code: 7, signal: null, lastWords: 'something broke\n' });
});

it('kills at once, even what is busy', async () => {
  const { child, first, exit } = start(
    `process.send('ready'); setTimeout(() => { for (;;); }, 0); setInterval(() => {}, 1000);`,
  );
  await first;
  child.kill();
  expect(await exit).toMatchObject({ signal: 'SIGKILL' });
  // A message to the dead is no error.
  child.post({ type: 'cancel' });
});

it('reports an entry that is not there as an exit', async () => {
  const child = forkEngine(join(folder.path, 'missing.mjs'))();
  const exit = await new Promise<EngineExit>((resolve) => child.onExit(resolve));
  expect(exit.code).not.toBe(0);
  expect(exit.lastWords).toContain('missing.mjs');
});
