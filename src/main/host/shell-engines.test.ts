import { expect, it } from 'vitest';
import type { FromHost } from '@contracts/shell-protocol';
import type { EngineExit } from './jobs/engine-child';
import { createShellEngines, type ShellPort } from './shell-engines';

function makePort() {
  const sent: unknown[] = [];
  let listener: (event: { data: unknown }) => void = () => undefined;
  let isClosed = false;
  const port: ShellPort = {
    postMessage: (message) => void sent.push(message),
    on: (_event, added) => void (listener = added),
    start: () => undefined,
    close: () => void (isClosed = true),
  };
  return { port, sent, say: (data: unknown) => listener({ data }), isClosed: () => isClosed };
}

it('asks the shell for an engine and holds messages until its port has come', () => {
  const asked: FromHost[] = [];
  const engines = createShellEngines((message) => asked.push(message));
  const child = engines.spawn();
  const heard: unknown[] = [];
  child.onMessage((message) => heard.push(message));
  child.post({ type: 'pause' });
  expect(asked).toEqual([{ type: 'spawnEngine', engine: 1 }]);
  const { port, sent, say } = makePort();
  engines.onSpawned(1, port);
  child.post({ type: 'cancel' });
  say('hello');
  expect(sent).toEqual([{ type: 'pause' }, { type: 'cancel' }]);
  expect(heard).toEqual(['hello']);
  child.kill();
  expect(asked.at(-1)).toEqual({ type: 'killEngine', engine: 1 });
});

it('hears of the end once, and closes a port that comes after it', () => {
  const engines = createShellEngines(() => undefined);
  const exits: EngineExit[] = [];
  engines.spawn().onExit((exit) => exits.push(exit));
  engines.onExited(1, 9);
  engines.onExited(1, 9);
  expect(exits).toEqual([{ code: 9, signal: null, lastWords: '' }]);
  const late = makePort();
  engines.onSpawned(1, late.port);
  expect(late.isClosed()).toBe(true);
});
