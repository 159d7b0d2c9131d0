import { fork } from 'node:child_process';
import type { ToEngine } from '@contracts/engine-protocol';
import { ENGINE_ENVIRONMENT } from './engine-environment';

/** How an engine process ended. */
export interface EngineExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The last of what it wrote to its error output. */
  readonly lastWords: string;
}

/** An engine process as the supervisor sees it, however it was forked. */
export interface EngineChild {
  post(message: ToEngine): void;
  /** Messages are checked by the listener: they come from another process. */
  onMessage(listener: (message: unknown) => void): void;
  /** Called once, also when it never started. */
  onExit(listener: (exit: EngineExit) => void): void;
  /** Ends it at once. */
  kill(): void;
}

/** Starts one engine process. */
export type SpawnEngine = () => EngineChild;

/** How much of the error output is kept for the technical part of an error. */
const LAST_WORDS_CHARACTERS = 4000;

/** Forks engine processes from a built entry with this process's own Node. */
export function forkEngine(entryPath: string): SpawnEngine {
  return () => {
    const child = fork(entryPath, [], {
      serialization: 'advanced',
      execArgv: ['--enable-source-maps'],
      env: { ...ENGINE_ENVIRONMENT, ...process.env },
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    let lastWords = '';
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      lastWords = (lastWords + text).slice(-LAST_WORDS_CHARACTERS);
    });
    return {
      post(message) {
        // A child that is on its way out has no channel any more; its exit tells the rest.
        if (child.connected) child.send(message, () => undefined);
      },
      onMessage(listener) {
        child.on('message', listener);
      },
      onExit(listener) {
        let isOver = false;
        const end = (exit: EngineExit) => {
          if (isOver) return;
          isOver = true;
          listener(exit);
        };
        // `close` comes after the error output was read to its end; a child that never started has only `error`.
        child.on('close', (code, signal) => end({ code, signal, lastWords }));
        child.on('error', (error) => end({ code: null, signal: null, lastWords: error.message }));
      },
      kill() {
        child.kill('SIGKILL');
      },
    };
  };
}
