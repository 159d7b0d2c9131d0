import { existsSync, readFileSync, statSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { KeySource, Server } from '@contracts/servers';
import { WorkbenchError } from '@core/errors';
import { errorCode, readJsonState, writeJsonAtomic } from '../../engine/run-state';

/** The operating system's store for secrets, as far as the shell has one: what `seal` gives can be opened on this account alone. */
export interface SecretStore {
  /** For people: "macOS Keychain", "Windows DPAPI". */
  readonly name: string;
  seal(text: string): Promise<string>;
  open(sealed: string): Promise<string>;
}

const FILE = 'server-keys.json';
const Sealed = z.record(z.string(), z.string());

/** Keeps the keys of servers out of the database: sealed by the operating system in a file of their own, or wherever the person keeps them. */
export class ServerKeys {
  constructor(
    private readonly dataFolder: string,
    readonly store: SecretStore | null,
    private readonly environment: NodeJS.ProcessEnv = process.env,
  ) {}

  /** @throws WorkbenchError `key-store-missing` */
  async put(id: string, key: string): Promise<void> {
    if (!this.store) {
      throw new WorkbenchError('unsupported', 'There is no store for keys here: the workbench runs in a browser.', {
        code: 'key-store-missing',
        kept: 'Nothing was stored.',
        wayOut: 'Name an environment variable that holds the key, or a file that only you may read.',
      });
    }
    const sealed = await this.store.seal(key);
    await this.#write({ ...this.#sealed(), [id]: sealed });
  }

  async forget(id: string): Promise<void> {
    const { [id]: known, ...rest } = this.#sealed();
    if (known !== undefined) await this.#write(rest);
  }

  has({ id, keySource, keyName }: Server): boolean {
    const there: Readonly<Record<KeySource, () => boolean>> = {
      none: () => false,
      store: () => id in this.#sealed(),
      environment: () => Boolean(this.environment[keyName]),
      file: () => existsSync(keyName),
    };
    return there[keySource]();
  }

  /** The key of a server, null where it needs none. @throws WorkbenchError `server-key-missing`, `server-key-open` */
  async read(server: Server): Promise<string | null> {
    const ways: Readonly<Record<KeySource, () => string | null | Promise<string | null>>> = {
      none: () => null,
      store: async () => {
        const sealed = this.#sealed()[server.id];
        if (sealed === undefined || !this.store) throw missing(server, 'the operating system’s store has none for it');
        return this.store.open(sealed);
      },
      environment: () =>
        this.environment[server.keyName]?.trim() ||
        fail(missing(server, `the environment variable ${server.keyName} is not set`)),
      file: () => readKeyFile(server),
    };
    return ways[server.keySource]();
  }

  #sealed(): Record<string, string> {
    return readJsonState(join(this.dataFolder, FILE), (value) => Sealed.parse(value)) ?? {};
  }

  async #write(sealed: Record<string, string>): Promise<void> {
    const path = join(this.dataFolder, FILE);
    writeJsonAtomic(path, sealed);
    await chmod(path, 0o600);
  }
}

function readKeyFile(server: Server): string {
  const path = server.keyName;
  try {
    // On Windows the mode says nothing; there the folder's rights hold.
    if (process.platform !== 'win32' && (statSync(path).mode & 0o077) !== 0) {
      throw new WorkbenchError('precondition', `Others on this machine may read ${path}.`, {
        code: 'server-key-open',
        where: path,
        kept: 'Nothing was sent.',
        wayOut: `Run: chmod 600 ${path}`,
      });
    }
    return readFileSync(path, 'utf8').trim() || fail(missing(server, `${path} is empty`));
  } catch (error) {
    if (error instanceof WorkbenchError) throw error;
    const why = errorCode(error) === 'ENOENT' ? 'is not there' : 'cannot be read';
    throw missing(server, `${path} ${why}`);
  }
}

function missing({ name, url }: Server, why: string): WorkbenchError {
  return new WorkbenchError('precondition', `There is no key for “${name}”: ${why}.`, {
    code: 'server-key-missing',
    where: url,
    kept: 'Nothing was sent.',
    wayOut: 'Give the key in the settings, under “Servers”.',
  });
}

function fail(error: WorkbenchError): never {
  throw error;
}
