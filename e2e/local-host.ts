import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

export const projectRoot = join(import.meta.dirname, '..');

/** A running local host of a test's own, on a data folder of its own. */
export class LocalHost {
  private constructor(
    private readonly child: ChildProcess,
    /** With the token in its fragment. */
    readonly address: string,
    readonly log: readonly string[],
  ) {}

  get origin(): string {
    return new URL(this.address).origin;
  }

  get token(): string {
    return new URLSearchParams(new URL(this.address).hash.slice(1)).get('t') ?? '';
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  /**
   * @param root the project, for a caller that runs bundled
   * @throws {Error} with everything the host wrote, when it ends before it serves
   */
  static async start(userData: string, root: string = projectRoot): Promise<LocalHost> {
    const dataFolder = join(userData, 'workbench');
    mkdirSync(dataFolder, { recursive: true });
    const child = spawn(process.execPath, [join(root, 'out/main/local-host.cjs'), ...hostArguments(dataFolder, root)], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, FORCE_COLOR: '0' },
    });
    const log: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => log.push(line));
    const address = await new Promise<string>((resolve, reject) => {
      createInterface({ input: child.stdout }).on('line', (line) => {
        log.push(line);
        const [, found] = /^WORKBENCH_URL=(\S+)$/.exec(line) ?? [];
        if (found !== undefined) resolve(found);
      });
      // `close` and not `exit`: by then everything it wrote has been read.
      child.once('close', (code) => reject(new Error(`The local host ended with ${code}:\n${log.join('\n')}`)));
    });
    return new LocalHost(child, address, log);
  }

  /** Ends it as Ctrl-C would. */
  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 15_000);
    await ended;
    clearTimeout(timer);
  }

  /** Ends it as a power cut would. */
  async kill(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGKILL');
    await ended;
  }
}

function hostArguments(dataFolder: string, root: string): string[] {
  return [
    '--data',
    dataFolder,
    '--resources',
    join(root, 'resources'),
    '--renderer',
    join(root, 'out/renderer'),
    '--port',
    '0',
  ];
}
