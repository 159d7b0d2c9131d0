import type { ToEngine } from '@contracts/engine-protocol';
import type { FromHost } from '@contracts/shell-protocol';
import type { EngineChild, EngineExit, SpawnEngine } from './jobs/engine-child';

/** The end of a message channel that Electron hands over. */
export interface ShellPort {
  postMessage(message: unknown): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): void;
  start(): void;
  close(): void;
}

/** What the host must tell of the shell's answers. */
export interface ShellEngines {
  readonly spawn: SpawnEngine;
  onSpawned(engine: number, port: ShellPort): void;
  onExited(engine: number, code: number | null): void;
}

interface Engine {
  port: ShellPort | null;
  /** Messages from before the port came. */
  early: ToEngine[];
  onMessage: (message: unknown) => void;
  onExit: (exit: EngineExit) => void;
}

/** Engines that the shell forks for a host which cannot: a utility process of Electron. */
export function createShellEngines(post: (message: FromHost) => void): ShellEngines {
  const engines = new Map<number, Engine>();
  let next = 1;
  return {
    spawn(): EngineChild {
      const id = next++;
      const engine: Engine = { port: null, early: [], onMessage: () => undefined, onExit: () => undefined };
      engines.set(id, engine);
      post({ type: 'spawnEngine', engine: id });
      return {
        post: (message) => (engine.port ? engine.port.postMessage(message) : void engine.early.push(message)),
        onMessage: (listener) => (engine.onMessage = listener),
        onExit: (listener) => (engine.onExit = listener),
        kill: () => post({ type: 'killEngine', engine: id }),
      };
    },
    onSpawned(id, port) {
      const engine = engines.get(id);
      if (!engine) return port.close();
      engine.port = port;
      port.on('message', ({ data }) => engine.onMessage(data));
      port.start();
      for (const message of engine.early.splice(0)) port.postMessage(message);
    },
    onExited(id, code) {
      const engine = engines.get(id);
      engines.delete(id);
      engine?.onExit({ code, signal: null, lastWords: '' });
    },
  };
}
