import type { FromHost } from '@contracts/shell-protocol';
import { WorkbenchError } from '@core/errors';
import type { SecretStore } from './services/server-keys';

export interface ShellSecrets extends SecretStore {
  onDone(request: number, text: string | null): void;
}

/** A shell that does not answer has none. */
const DEADLINE_MS = 10_000;

const NAMES: Readonly<Partial<Record<NodeJS.Platform, string>>> = {
  darwin: 'macOS Keychain',
  win32: 'Windows data protection',
};

/** The operating system's store behind the Electron shell, which alone may use it. */
export function createShellSecrets(post: (message: FromHost) => void): ShellSecrets {
  const waiting = new Map<number, (text: string | null) => void>();
  let next = 1;
  const ask = async (action: 'seal' | 'open', text: string): Promise<string> => {
    const request = next++;
    const answer = await new Promise<string | null>((resolve) => {
      const timer = setTimeout(() => resolve(null), DEADLINE_MS);
      waiting.set(request, (done) => {
        clearTimeout(timer);
        resolve(done);
      });
      post({ type: 'secret', request, action, text });
    });
    waiting.delete(request);
    if (answer !== null) return answer;
    throw new WorkbenchError('external', 'The operating system’s store for keys cannot be used.', {
      code: 'key-store-failed',
      kept: 'Nothing was stored.',
      wayOut: 'Unlock the keyring of this account, or keep the key in an environment variable or a file.',
    });
  };
  return {
    name: NAMES[process.platform] ?? 'keyring of this account',
    seal: (text) => ask('seal', text),
    open: (sealed) => ask('open', sealed),
    onDone: (request, text) => waiting.get(request)?.(text),
  };
}
